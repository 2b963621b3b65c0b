/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a bundle. Hashes and signatures would stop every input at the
 * first checks, so the target is the administrator who holds all keys: it
 * takes the files, mends what they say of one another, and signs a checkpoint
 * behind every leaf. What is verified then is not any more with one bit of it
 * changed, and what is not has a reason.
 *
 *   the files but keys.json, checkpoints and manifest.json, each u16 length ||
 *   bytes, in the archive's order; paper, roll.json and lot are missing when empty;
 *   each opening has the nullifier in front of it, to whose last vote it goes.
 *   What is left over is the archive as it is, when it is not empty.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "fuzz.h"
#include "verify/archive.h"
#include "verify/bundle.h"
#include "verify/definition.h"
#include "verify/digest.h"
#include "verify/leaf.h"
#include "verify/note.h"
#include "verify/spell.h"
#include "verify/tree.h"

enum {
    FILE_MAX = 65536,
    ARCHIVE_MAX = ARCHIVE_END * (FILE_MAX + 1024) + 1024,
    LEAVES_MAX = 64,
    BUDGET_MAX = 100000,
    BLOCK_SIZE = 512,
    HASH_AT = 27, /* of def_hash and result_hash in their leaves */
    OPEN_ROLL_AT = 59,
    CLOSE_EXTENSIONS_AT = 51,
    RESULT_DOCUMENTS_AT = 59,
    OPENING_COUNT_MAX = 1024,
};

struct made {
    uint8_t data[FILE_MAX];
    size_t length;
};

static struct made files[ARCHIVE_END];
static uint8_t archive[ARCHIVE_MAX];
static size_t archive_length;

static struct span span_of(const struct made *made)
{
    return (struct span){.data = made->data, .length = made->length};
}

static void add(struct made *made, const void *data, size_t length)
{
    assert(length <= sizeof made->data - made->length);
    memcpy(made->data + made->length, data, length);
    made->length += length;
}

static void add_text(struct made *made, const char *text)
{
    add(made, text, strlen(text));
}

/* The files that the input has; false when there are fewer. */
static bool take_files(struct reader *reader)
{
    /* The jury's scores, which few bundles have, come last: most inputs end before them. */
    for (int place = 0; place <= ARCHIVE_END; place++) {
        const int i = place < ARCHIVE_END ? place : ARCHIVE_JURY;
        struct span content;

        files[i].length = 0;
        if (i == ARCHIVE_KEYS || i == ARCHIVE_CHECKPOINTS || i == ARCHIVE_MANIFEST ||
            (i == ARCHIVE_JURY && (place < ARCHIVE_END || reader_left(reader) == 0))) {
            continue;
        }
        content = read_prefixed(reader);
        if (content.length > 0) {
            add(&files[i], content.data, content.length);
        }
    }
    return !reader->broken;
}

/* A count that goes on for very long would only say that the fuzzer found a large budget. */
static bool counts_quickly(void)
{
    struct definition *definition = NULL;
    bool quick = true;

    if (definition_read(files[ARCHIVE_DEFINITION].data, files[ARCHIVE_DEFINITION].length,
                        &definition) == DEFINITION_OK) {
        quick = definition->budget_krw <= BUDGET_MAX;
    }
    definition_free(definition);
    return quick;
}

/* One opening of the input, and what it opens. */
struct opening {
    uint8_t commit[DIGEST_SIZE];
    struct span nullifier;
    struct span blinding;
    struct span body;
};

static struct opening openings[OPENING_COUNT_MAX];

static void hash_tagged(struct digest *digest, const char *name, struct span bytes,
                        uint8_t ret[DIGEST_SIZE])
{
    digest_begin_tagged(digest, name);
    digest_add(digest, bytes);
    digest_end(digest, ret);
}

static void commit_to(struct digest *digest, const uint8_t *def_hash, const uint8_t *id,
                      struct opening *opening)
{
    const uint8_t length[] = {(uint8_t)(opening->body.length >> 8), (uint8_t)opening->body.length};

    digest_begin_tagged(digest, "commit");
    digest_add(digest, (struct span){.data = id, .length = 16});
    digest_add(digest, (struct span){.data = def_hash, .length = DIGEST_SIZE});
    digest_add(digest, opening->blinding);
    digest_add(digest, (struct span){.data = length, .length = sizeof length});
    digest_add(digest, opening->body);
    digest_end(digest, opening->commit);
}

/* Makes the last CAST of an opening's nullifier commit to that opening. */
static void mend_cast(const struct opening *opening)
{
    struct made *entries = &files[ARCHIVE_ENTRIES];
    struct reader reader;
    uint8_t *commit = NULL;

    reader_init(&reader, span_of(entries));
    while (reader_left(&reader) > 0) {
        struct leaf leaf;

        if (leaf_read(read_prefixed(&reader), &leaf) && leaf.type == LEAF_CAST &&
            memcmp(leaf.nullifier, opening->nullifier.data, 32) == 0) {
            commit = entries->data + (leaf.commit - entries->data);
        }
    }
    if (commit != NULL) {
        memcpy(commit, opening->commit, DIGEST_SIZE);
    }
}

static int compare_openings(const void *left, const void *right)
{
    const struct opening *a = left;
    const struct opening *b = right;

    return memcmp(a->commit, b->commit, DIGEST_SIZE);
}

/* Puts the openings in their order and leaves the nullifiers away. */
static void mend_openings(struct digest *digest, const uint8_t *def_hash, const uint8_t *id)
{
    static struct made given;
    struct reader reader;
    size_t count = 0;

    given = files[ARCHIVE_OPENINGS];
    files[ARCHIVE_OPENINGS].length = 0;
    reader_init(&reader, span_of(&given));
    while (reader_left(&reader) > 0 && count < OPENING_COUNT_MAX) {
        struct opening *opening = &openings[count];

        opening->nullifier = read_span(&reader, 32);
        opening->blinding = read_span(&reader, 32);
        opening->body = read_prefixed(&reader);
        if (!reader.broken) {
            commit_to(digest, def_hash, id, opening);
            mend_cast(opening);
            count++;
        }
    }
    if (count > 0) {
        qsort(openings, count, sizeof openings[0], compare_openings);
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t length[] = {(uint8_t)(openings[i].body.length >> 8),
                                  (uint8_t)openings[i].body.length};

        add(&files[ARCHIVE_OPENINGS], openings[i].blinding.data, 32);
        add(&files[ARCHIVE_OPENINGS], length, sizeof length);
        if (openings[i].body.length > 0) {
            add(&files[ARCHIVE_OPENINGS], openings[i].body.data, openings[i].body.length);
        }
    }
}

/* Puts the hash into every PAPER of a batch's number. */
static void mend_paper(uint64_t batch_no, const uint8_t hash[DIGEST_SIZE])
{
    struct made *entries = &files[ARCHIVE_ENTRIES];
    struct reader reader;

    reader_init(&reader, span_of(entries));
    while (reader_left(&reader) > 0) {
        struct leaf leaf;

        if (leaf_read(read_prefixed(&reader), &leaf) && leaf.type == LEAF_PAPER &&
            leaf.batch_no == batch_no) {
            memcpy(entries->data + (leaf.hash - entries->data), hash, DIGEST_SIZE);
        }
    }
}

static void mend_papers(struct digest *digest, const uint8_t *def_hash, const uint8_t *id)
{
    struct reader reader;

    reader_init(&reader, span_of(&files[ARCHIVE_PAPER]));
    while (reader_left(&reader) > 0) {
        const struct span number = read_span(&reader, 4);
        const struct span blinding = read_span(&reader, 32);
        const struct span sheets = read_span(&reader, read_u32(&reader));
        uint8_t hash[DIGEST_SIZE];

        if (!reader.broken) {
            struct reader of_number;

            digest_begin_tagged(digest, "paper");
            digest_add(digest, (struct span){.data = id, .length = 16});
            digest_add(digest, (struct span){.data = def_hash, .length = DIGEST_SIZE});
            digest_add(digest, number);
            digest_add(digest, blinding);
            digest_add(digest, sheets);
            digest_end(digest, hash);
            reader_init(&of_number, number);
            mend_paper(read_u32(&of_number), hash);
        }
    }
}

/* The roll_hash that roll.json states, or zeros. */
static void stated_roll_hash(uint8_t ret[DIGEST_SIZE])
{
    static const char BEFORE[] = "\"roll_hash\":\"";
    static const char DIGITS[] = "0123456789abcdef";
    const struct made *roll = &files[ARCHIVE_ROLL];

    memset(ret, 0, DIGEST_SIZE);
    for (size_t i = 0; i + sizeof BEFORE - 1 + 2 * DIGEST_SIZE <= roll->length; i++) {
        const uint8_t *hex = roll->data + i + sizeof BEFORE - 1;

        for (size_t j = 0;
             memcmp(roll->data + i, BEFORE, sizeof BEFORE - 1) == 0 && j < (size_t)2 * DIGEST_SIZE;
             j++) {
            const char *digit = hex[j] == 0 ? NULL : strchr(DIGITS, hex[j]);

            ret[j / 2] = (uint8_t)(ret[j / 2] << 4 | (digit == NULL ? 0 : digit - DIGITS));
        }
    }
}

static bool present(int file)
{
    return (file != ARCHIVE_PAPER && file != ARCHIVE_ROLL && file != ARCHIVE_LOT &&
            file != ARCHIVE_JURY) ||
           files[file].length > 0;
}

static void hash_documents(struct digest *digest, uint8_t ret[DIGEST_SIZE])
{
    static const enum archive_file DOCUMENTS[] = {ARCHIVE_ROLL, ARCHIVE_TURNOUT, ARCHIVE_EXTENSIONS,
                                                  ARCHIVE_LOT,  ARCHIVE_JURY,    ARCHIVE_DECIDED};
    static struct made list;

    list.length = 0;
    add(&list, (const uint8_t[]){0, 0}, 2);
    for (size_t i = 0; i < sizeof DOCUMENTS / sizeof DOCUMENTS[0]; i++) {
        const char *name = archive_file_name(DOCUMENTS[i]);
        uint8_t hash[DIGEST_SIZE];

        if (present((int)DOCUMENTS[i])) {
            list.data[1]++;
            add(&list, (const uint8_t[]){0, (uint8_t)strlen(name)}, 2);
            add_text(&list, name);
            digest_sha256(digest, span_of(&files[DOCUMENTS[i]]), hash);
            add(&list, hash, sizeof hash);
        }
    }
    hash_tagged(digest, "documents", span_of(&list), ret);
}

/* Puts the right hashes into OPEN, CLOSE, RESULT, PAPER and what was opened. */
static void mend_leaves(struct digest *digest)
{
    struct made *entries = &files[ARCHIVE_ENTRIES];
    uint8_t def_hash[DIGEST_SIZE];
    uint8_t id[16] = {0};
    struct reader reader;

    if (files[ARCHIVE_DEFINITION].length >= 18) {
        memcpy(id, files[ARCHIVE_DEFINITION].data + 2, sizeof id);
    }
    hash_tagged(digest, "ballot", span_of(&files[ARCHIVE_DEFINITION]), def_hash);
    reader_init(&reader, span_of(entries));
    while (reader_left(&reader) > 0) {
        struct span bytes = read_prefixed(&reader);
        uint8_t *at = bytes.length == 0 ? NULL : entries->data + (bytes.data - entries->data);
        struct leaf leaf;

        if (!leaf_read(bytes, &leaf)) {
            continue;
        }
        if (leaf.type == LEAF_OPEN) {
            memcpy(at + HASH_AT, def_hash, sizeof def_hash);
            stated_roll_hash(at + OPEN_ROLL_AT);
        } else if (leaf.type == LEAF_CLOSE) {
            hash_tagged(digest, "extensions", span_of(&files[ARCHIVE_EXTENSIONS]),
                        at + CLOSE_EXTENSIONS_AT);
        } else if (leaf.type == LEAF_RESULT) {
            hash_tagged(digest, "result", span_of(&files[ARCHIVE_RESULT]), at + HASH_AT);
            hash_documents(digest, at + RESULT_DOCUMENTS_AT);
        }
    }
    mend_openings(digest, def_hash, id);
    mend_papers(digest, def_hash, id);
}

/* The name of the log, as far as the definition has a district. */
static void make_origin(char ret_origin[NOTE_ORIGIN_MAX])
{
    struct definition *definition = NULL;

    (void)snprintf(ret_origin, NOTE_ORIGIN_MAX, "hyeopchi/none");
    if (definition_read(files[ARCHIVE_DEFINITION].data, files[ARCHIVE_DEFINITION].length,
                        &definition) == DEFINITION_OK) {
        (void)note_origin(definition->district, definition->ballot_id, ret_origin);
    }
    definition_free(definition);
}

static uint32_t make_keys(struct digest *digest, const char *origin, const unsigned char *board_key)
{
    static const uint8_t MIDDLE[] = {'\n', 1};
    uint8_t hash[DIGEST_SIZE];
    uint8_t typed[1 + NOTE_KEY_SIZE] = {1};
    char base64[SPELL_BASE64_MAX(sizeof typed) + 1];
    char text[NOTE_ORIGIN_MAX + 256];
    const char *separator = "";
    struct reader reader;
    uint32_t key_hash;

    digest_begin(digest);
    digest_add(digest, (struct span){.data = (const uint8_t *)origin, .length = strlen(origin)});
    digest_add(digest, (struct span){.data = MIDDLE, .length = sizeof MIDDLE});
    digest_add(digest, (struct span){.data = board_key, .length = NOTE_KEY_SIZE});
    digest_end(digest, hash);
    key_hash = (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
    memcpy(typed + 1, board_key, NOTE_KEY_SIZE);
    spell_base64(typed, sizeof typed, SPELL_BASE64, base64);
    (void)snprintf(text, sizeof text, "{\"board\":\"%s+%08" PRIx32 "+%s\",\"receipts\":[", origin,
                   key_hash, base64);
    add_text(&files[ARCHIVE_KEYS], text);
    reader_init(&reader, span_of(&files[ARCHIVE_ENTRIES]));
    while (reader_left(&reader) > 0) {
        struct leaf leaf;

        if (leaf_read(read_prefixed(&reader), &leaf) && leaf.type == LEAF_KEY) {
            spell_base64(leaf.hash, NOTE_KEY_SIZE, SPELL_BASE64URL, base64);
            (void)snprintf(text, sizeof text, "%s\"%s\"", separator, base64);
            add_text(&files[ARCHIVE_KEYS], text);
            separator = ",";
        }
    }
    add_text(&files[ARCHIVE_KEYS], "]}");
    return key_hash;
}

static void sign_checkpoint(struct digest *digest, const struct frontier *frontier,
                            const char *origin, uint32_t key_hash, const unsigned char *secret)
{
    uint8_t root[DIGEST_SIZE];
    uint8_t bytes[4 + NOTE_SIGNATURE_SIZE] = {(uint8_t)(key_hash >> 24), (uint8_t)(key_hash >> 16),
                                              (uint8_t)(key_hash >> 8), (uint8_t)key_hash};
    char base64[SPELL_BASE64_MAX(sizeof bytes) + 1];
    char text[NOTE_LENGTH_MAX];
    char note[2 * NOTE_LENGTH_MAX];
    uint8_t framed[2];
    int length;

    frontier_root(frontier, digest, root);
    spell_base64(root, sizeof root, SPELL_BASE64, base64);
    (void)snprintf(text, sizeof text, "%s\n%" PRIu64 "\n%s\n", origin, frontier->size, base64);
    (void)crypto_sign_detached(bytes + 4, NULL, (const unsigned char *)text, strlen(text), secret);
    spell_base64(bytes, sizeof bytes, SPELL_BASE64, base64);
    length = snprintf(note, sizeof note, "%s\n\xE2\x80\x94 %s %s\n", text, origin, base64);
    assert(length > 0 && (size_t)length < sizeof note);
    framed[0] = (uint8_t)(length >> 8);
    framed[1] = (uint8_t)length;
    add(&files[ARCHIVE_CHECKPOINTS], framed, sizeof framed);
    add_text(&files[ARCHIVE_CHECKPOINTS], note);
}

/* One checkpoint behind every leaf, so that any order of CASTs is that of its batch. */
static void sign_all(struct digest *digest)
{
    unsigned char seed[crypto_sign_SEEDBYTES] = {3};
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    char origin[NOTE_ORIGIN_MAX];
    struct frontier frontier;
    struct reader reader;
    uint32_t key_hash;
    size_t count = 0;

    (void)crypto_sign_seed_keypair(public_key, secret, seed);
    make_origin(origin);
    key_hash = make_keys(digest, origin, public_key);
    frontier_init(&frontier);
    reader_init(&reader, span_of(&files[ARCHIVE_ENTRIES]));
    while (reader_left(&reader) > 0) {
        uint8_t hash[DIGEST_SIZE];
        bool added;

        digest_leaf(digest, read_prefixed(&reader), hash);
        added = frontier_add(&frontier, digest, 0, hash);
        assert(added);
        (void)added;
        count++;
        if (count < LEAVES_MAX || reader_left(&reader) == 0) {
            sign_checkpoint(digest, &frontier, origin, key_hash, secret);
        }
    }
}

static void make_manifest(struct digest *digest)
{
    char uuid[SPELL_UUID_LENGTH + 1];
    const char *separator = "";
    uint8_t id[16] = {0};
    char text[512];

    if (files[ARCHIVE_DEFINITION].length >= 18) {
        memcpy(id, files[ARCHIVE_DEFINITION].data + 2, sizeof id);
    }
    spell_uuid(id, uuid);
    (void)snprintf(text, sizeof text,
                   "{\"format\":\"hyeopchi-bundle/2\",\"ballot\":\"%s\",\"files\":[", uuid);
    add_text(&files[ARCHIVE_MANIFEST], text);
    for (int i = 0; i < ARCHIVE_MANIFEST; i++) {
        uint8_t hash[DIGEST_SIZE];
        char hex[DIGEST_HEX_SIZE];

        if (present(i)) {
            digest_sha256(digest, span_of(&files[i]), hash);
            digest_hex(hash, hex);
            (void)snprintf(text, sizeof text, "%s{\"name\":\"%s\",\"bytes\":%zu,\"sha256\":\"%s\"}",
                           separator, archive_file_name((enum archive_file)i), files[i].length,
                           hex);
            add_text(&files[ARCHIVE_MANIFEST], text);
            separator = ",";
        }
    }
    add_text(&files[ARCHIVE_MANIFEST], "]}");
}

/* The whole second that CLOSE names, for the archive. */
static uint64_t closed_at_s(void)
{
    struct reader reader;
    uint64_t time_s = 0;

    reader_init(&reader, span_of(&files[ARCHIVE_ENTRIES]));
    while (reader_left(&reader) > 0) {
        struct leaf leaf;

        if (leaf_read(read_prefixed(&reader), &leaf) && leaf.type == LEAF_CLOSE) {
            time_s = leaf.time_ms / 1000;
        }
    }
    return time_s & 0x1FFFFFFFF; /* what eleven octal digits can say */
}

static void pack(void)
{
    uint64_t time_s = closed_at_s();

    archive_length = 0;
    memset(archive, 0, sizeof archive);
    for (int i = 0; i < ARCHIVE_END; i++) {
        char *header = (char *)archive + archive_length;
        unsigned sum = 0;

        if (!present(i)) {
            continue;
        }
        (void)snprintf(header, 100, "%s", archive_file_name((enum archive_file)i));
        memcpy(header + 100,
               "0000644\0"
               "0000000\0"
               "0000000",
               23);
        (void)snprintf(header + 124, 12, "%011zo", files[i].length);
        (void)snprintf(header + 136, 12, "%011" PRIo64, time_s);
        memset(header + 148, ' ', 8);
        header[156] = '0';
        memcpy(header + 257,
               "ustar\0"
               "00",
               8);
        for (size_t at = 0; at < BLOCK_SIZE; at++) {
            sum += (unsigned char)header[at];
        }
        (void)snprintf(header + 148, 7, "%06o", sum);
        memcpy(header + BLOCK_SIZE, files[i].data, files[i].length);
        archive_length += BLOCK_SIZE + (files[i].length + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
    }
    archive_length += (size_t)2 * BLOCK_SIZE;
}

static enum verdict judge(struct span bytes)
{
    const struct bundle_input input = {.archive = bytes};
    const struct bundle_observer nobody = {0};
    struct bundle *bundle = NULL;
    struct finding finding = {0};
    enum check check;
    enum verdict verdict = bundle_verify(&input, &nobody, &check, &finding, &bundle);

    assert(check < CHECK_END);
    assert((verdict == VERDICT_GOOD) == (bundle != NULL));
    assert(verdict == VERDICT_GOOD || finding.what[0] != '\0');
    bundle_free(bundle);
    return verdict;
}

/* Of what the tests replay: a corpus that has fallen behind the checks would try none but the first. */
static bool all_must_be_sound(void)
{
    return getenv("HYEOPCHI_FUZZ_SOUND") != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct digest *digest = digest_new();
    struct reader reader;
    bool sound = false;

    assert(digest != NULL);
    if (sodium_init() < 0 || size > FILE_MAX / 2) {
        goto out;
    }
    reader_init(&reader, (struct span){.data = size == 0 ? NULL : data, .length = size});
    if (take_files(&reader) && counts_quickly()) {
        enum verdict changed;

        mend_leaves(digest);
        sign_all(digest);
        make_manifest(digest);
        pack();
        sound = judge((struct span){.data = archive, .length = archive_length}) == VERDICT_GOOD;
        if (sound) {
            /* Any bit, chosen by the input itself. */
            archive[(size * 7919 + data[size - 1] * 263U) % archive_length] ^=
                (uint8_t)(1U << (size % 8));
            changed = judge((struct span){.data = archive, .length = archive_length});
            assert(changed != VERDICT_GOOD);
            (void)changed;
        }
    }
    (void)judge((struct span){.data = size == 0 ? NULL : data, .length = size});
    assert(sound || !all_must_be_sound());

out:
    digest_free(digest);
    return 0;
}
