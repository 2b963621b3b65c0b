/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first checks: the archive, what its manifest says of it, and the
 * definition that all hashes below hang on.
 */
#include "verify/bundle_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MANIFEST_MAX   4096 /* bytes: thirteen files of about 130 */
#define MANIFEST_FRONT "{\"format\":\"hyeopchi-bundle/2\",\"ballot\":\""
#define PROGRESS_PART  8388608 /* bytes hashed between two calls */

enum verdict check_archive(struct bundle *bundle, struct finding *finding)
{
    return archive_read(bundle->input.archive, &bundle->archive, finding);
}

/* Bytes of all files, to say how far hashing has come. */
struct hashing {
    uint64_t done;
    uint64_t total;
};

static void hash_file(struct bundle *bundle, struct span file, struct hashing *hashing,
                      uint8_t ret_hash[DIGEST_SIZE])
{
    digest_begin(bundle->digest);
    while (file.length > 0) {
        size_t part = file.length < PROGRESS_PART ? file.length : PROGRESS_PART;

        digest_add(bundle->digest, (struct span){.data = file.data, .length = part});
        file.data += part;
        file.length -= part;
        hashing->done += part;
        bundle_progress(bundle, hashing->done, hashing->total);
    }
    digest_end(bundle->digest, ret_hash);
}

/* Writes one file's line of the manifest at length, and returns the length then. */
static size_t write_line(char *text, size_t length, const char *separator, const char *name,
                         uint64_t bytes, const uint8_t hash[DIGEST_SIZE])
{
    char hex[DIGEST_HEX_SIZE];
    int written;

    digest_hex(hash, hex);
    written = snprintf(text + length, MANIFEST_MAX - length,
                       "%s{\"name\":\"%s\",\"bytes\":%" PRIu64 ",\"sha256\":\"%s\"}", separator,
                       name, bytes, hex);
    assert(written > 0 && (size_t)written < MANIFEST_MAX - length);
    return length + (size_t)written;
}

/* Reads the ballot's UUID up to its quote; what it is, the definition decides. */
static struct span take_ballot(struct reader *manifest)
{
    size_t length = 0;

    while (length < reader_left(manifest) && manifest->data[manifest->offset + length] != '"') {
        length++;
    }
    return read_span(manifest, length);
}

/* Whether the manifest goes on with a text; what is equal is read over. */
static bool take(struct reader *manifest, const char *text, size_t length)
{
    struct span span = read_span(manifest, length);

    return span.length == length && memcmp(span.data, text, length) == 0;
}

enum verdict check_manifest(struct bundle *bundle, struct finding *finding)
{
    const char *name = archive_file_name(ARCHIVE_MANIFEST);
    struct hashing hashing = {0};
    struct reader manifest;
    char text[MANIFEST_MAX];
    const char *separator = "";

    for (int i = 0; i < ARCHIVE_MANIFEST; i++) {
        hashing.total += bundle->archive.files[i].length;
    }
    reader_init(&manifest, bundle->archive.files[ARCHIVE_MANIFEST]);
    if (!take(&manifest, MANIFEST_FRONT, sizeof MANIFEST_FRONT - 1)) {
        return finding_fail(finding, name, "it does not begin as a manifest of this format does");
    }
    bundle->ballot = take_ballot(&manifest);
    if (!take(&manifest, "\",\"files\":[", 11)) {
        return finding_fail(finding, name, "it does not begin as a manifest of this format does");
    }
    for (int i = 0; i < ARCHIVE_MANIFEST; i++) {
        uint8_t hash[DIGEST_SIZE];
        size_t length;

        if (!bundle->archive.present[i]) {
            continue;
        }
        hash_file(bundle, bundle->archive.files[i], &hashing, hash);
        length = write_line(text, 0, separator, archive_file_name((enum archive_file)i),
                            bundle->archive.files[i].length, hash);
        if (!take(&manifest, text, length)) {
            return finding_fail(finding, archive_file_name((enum archive_file)i),
                                "the manifest says something else; it should say %s", text);
        }
        separator = ",";
    }
    if (!take(&manifest, "]}", 2) || !reader_done(&manifest)) {
        return finding_fail(finding, name, "it names more files than there are");
    }
    return VERDICT_GOOD;
}

/* The first leaf, by which alone the definition can be judged; the log as a whole comes later. */
static bool read_open(const struct bundle *bundle, struct leaf *ret)
{
    struct reader reader;
    struct span leaf;

    reader_init(&reader, bundle->archive.files[ARCHIVE_ENTRIES]);
    leaf = read_prefixed(&reader);
    return !reader.broken && leaf_read(leaf, ret) && ret->type == LEAF_OPEN &&
           memcmp(ret->ballot_id, bundle->ballot_id, sizeof bundle->ballot_id) == 0;
}

enum verdict check_definition(struct bundle *bundle, struct finding *finding)
{
    const char *name = archive_file_name(ARCHIVE_DEFINITION);
    struct span bytes = bundle->archive.files[ARCHIVE_DEFINITION];
    enum definition_fault fault;
    char uuid[SPELL_UUID_LENGTH + 1];
    struct leaf open;

    fault = definition_read(bytes.data, bytes.length, &bundle->definition);
    if (fault == DEFINITION_NO_MEMORY) {
        return finding_unreadable(finding, name, "there is no memory for it");
    }
    if (fault != DEFINITION_OK) {
        return finding_fail(finding, name, "these are not the bytes of a definition: %s",
                            definition_fault_name(fault));
    }
    memcpy(bundle->ballot_id, bundle->definition->ballot_id, sizeof bundle->ballot_id);
    spell_uuid(bundle->ballot_id, uuid);
    if (!span_is_text(bundle->ballot, uuid)) {
        return finding_fail(finding, name, "it is of another ballot than the manifest");
    }
    digest_begin_tagged(bundle->digest, "ballot");
    digest_add(bundle->digest, bytes);
    digest_end(bundle->digest, bundle->def_hash);
    if (!read_open(bundle, &open)) {
        return finding_fail_at(finding, archive_file_name(ARCHIVE_ENTRIES), 0,
                               "the log does not begin with this ballot's OPEN");
    }
    if (memcmp(open.hash, bundle->def_hash, DIGEST_SIZE) != 0) {
        return finding_fail(finding, name, "its hash is not the def_hash of OPEN");
    }
    return VERDICT_GOOD;
}
