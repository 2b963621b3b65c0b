/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Votes as the command makes them, ballots from Pabulib files, receipts checked
 * offline, and files with secrets. A voter's id never shows in what is sent.
 */
#include "cli/ballot_source.h"
#include "cli/key_file.h"
#include "cli/phrase.h"
#include "cli/receipt.h"
#include "cli/vote_line.h"
#include "participation/domain/receipt.h"
#include "runtime/json.h"
#include "runtime/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_SIZE = 128, TEXT_SIZE = 4096 };

/* A folder of the test's own with one file in it. */
struct fixture {
    char folder[PATH_SIZE];
    char path[PATH_SIZE + 8];
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    (void)snprintf(fixture->folder, sizeof fixture->folder, "/tmp/cli-vote-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    (void)snprintf(fixture->path, sizeof fixture->path, "%s/file", fixture->folder);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    (void)unlink(fixture->path);
    assert_int_equal(rmdir(fixture->folder), 0);
    free(fixture);
    return 0;
}

static void write_file(const struct fixture *fixture, const char *text)
{
    FILE *file = fopen(fixture->path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static enum vote_channel_fault fault_of(const struct vote_terms *terms, const char *voting_method)
{
    return vote_line_channel_fault(terms, &(struct pb_vote){.voting_method = voting_method});
}

static void where_channels_are_weighed_none_is_made_up(void **state)
{
    struct vote_terms terms = {.channel = NULL};

    (void)state;
    assert_int_equal(fault_of(&terms, "pigeon"), VOTE_CHANNEL_SOUND);
    terms.weighed = true;
    assert_int_equal(fault_of(&terms, "pigeon"), VOTE_CHANNEL_UNKNOWN);
    assert_int_equal(fault_of(&terms, ""), VOTE_CHANNEL_UNKNOWN);
    assert_int_equal(fault_of(&terms, "Online"), VOTE_CHANNEL_SOUND);
    assert_int_equal(fault_of(&terms, "paper"), VOTE_CHANNEL_SOUND);
    terms.paper_apart = true;
    assert_int_equal(fault_of(&terms, "Paper"), VOTE_CHANNEL_PAPER_APART);
    assert_int_equal(fault_of(&terms, "offline"), VOTE_CHANNEL_SOUND);
    terms.channel = "kiosk";
    assert_int_equal(fault_of(&terms, "pigeon"), VOTE_CHANNEL_SOUND);
    assert_int_equal(fault_of(&terms, "paper"), VOTE_CHANNEL_SOUND);
}

static void words_of_files_become_words_of_the_service_or_nothing(void **state)
{
    (void)state;
    assert_string_equal(vote_channel_word("internet"), "web");
    assert_string_equal(vote_channel_word("Paper"), "booth");
    assert_string_equal(vote_channel_word("In Person"), "booth");
    assert_string_equal(vote_channel_word("MOBILE"), "web");
    assert_null(vote_channel_word("pigeon"));
    assert_null(vote_channel_word(""));
    assert_string_equal(vote_sex_word("K"), "F");
    assert_string_equal(vote_sex_word("남"), "M");
    assert_null(vote_sex_word(""));
    assert_string_equal(vote_age_band_word("34"), "30-39");
    assert_string_equal(vote_age_band_word("10"), "10-19");
    assert_string_equal(vote_age_band_word("69"), "60-69");
    assert_string_equal(vote_age_band_word("70"), "70+");
    assert_string_equal(vote_age_band_word("20-29"), "20-29");
    assert_null(vote_age_band_word("9"));
    assert_null(vote_age_band_word("131"));
    assert_null(vote_age_band_word("34.5"));
    assert_null(vote_age_band_word("-34"));
    assert_null(vote_age_band_word(""));
}

static void a_subject_depends_on_ballot_voter_and_secret_and_hides_the_voter(void **state)
{
    struct vote_terms terms = {.ballot_id = {1}, .subject_key = {2}};
    uint8_t first[CRYPTO_HASH_SIZE];
    uint8_t again[CRYPTO_HASH_SIZE];

    (void)state;
    vote_subject(&terms, "voter-1", first);
    vote_subject(&terms, "voter-1", again);
    assert_memory_equal(first, again, sizeof first);
    vote_subject(&terms, "voter-2", again);
    assert_memory_not_equal(first, again, sizeof first);
    terms.ballot_id[0] = 9;
    vote_subject(&terms, "voter-1", again);
    assert_memory_not_equal(first, again, sizeof first);
    terms.ballot_id[0] = 1;
    terms.subject_key[31] = 1;
    vote_subject(&terms, "voter-1", again);
    assert_memory_not_equal(first, again, sizeof first);
}

/* Keeps the last vote of a file as the line that would be sent. */
static enum err keep_line(void *context, const struct election *election,
                          const struct pb_vote *vote)
{
    const struct vote_terms terms = {.ballot_id = {1}, .subject_key = {2}, .basis = "certificate"};
    json_t *line = vote_line(&terms, election, vote);
    char *text = json_text(line);

    (void)snprintf(context, TEXT_SIZE, "%s", text);
    free(text);
    json_decref(line);
    return ERR_OK;
}

static void read_line(const char *pb_text, char ret_line[TEXT_SIZE])
{
    const struct pb_options options = {.on_vote = keep_line, .context = ret_line};
    struct pb *pb = NULL;

    assert_int_equal(pb_new(&options, &pb), ERR_OK);
    assert_int_equal(pb_feed(pb, pb_text, strlen(pb_text)), ERR_OK);
    assert_int_equal(pb_finish(pb), ERR_OK);
    pb_free(pb);
}

static const char HEAD[] =
    "META\nkey;value\ndescription;마을 투표\nnum_projects;3\nnum_votes;1\n"
    "budget;1000.0\nvote_type;approval\nrule;greedy\nmin_length;1\n"
    "max_length;9\nmax_sum_cost;900\nPROJECTS\n"
    "project_id;cost;name;category;district\n"
    "a;300;정원;환경;성수1가1동\nb.1;500.00;도서관;교육;\nc;999999999;철회;;\n";

static void a_row_of_a_file_becomes_a_vote(void **state)
{
    char text[TEXT_SIZE];
    char line[TEXT_SIZE];
    char expected[TEXT_SIZE];
    struct vote_terms terms = {.ballot_id = {1}, .subject_key = {2}};
    uint8_t subject[CRYPTO_HASH_SIZE];
    char subject_text[64];

    (void)state;
    vote_subject(&terms, "홍길동-17", subject);
    crypto_base64url(subject, sizeof subject, subject_text, sizeof subject_text);
    (void)snprintf(text, sizeof text,
                   "%sVOTES\nvoter_id;vote;age;sex;voting_method;neighborhood\n"
                   "홍길동-17;b.1,c,a;44;K;internet;성수1가1동\n",
                   HEAD);
    read_line(text, line);
    (void)snprintf(expected, sizeof expected,
                   "{\"subject\":\"%s\",\"basis\":\"certificate\",\"area\":\"성수1가1동\","
                   "\"sex\":\"F\",\"age_band\":\"40-49\",\"channel\":\"web\",\"choices\":["
                   "{\"option\":\"b.1\",\"value\":1},{\"option\":\"a\",\"value\":1}]}",
                   subject_text);
    assert_string_equal(line, expected);
    assert_null(strstr(line, "홍길동"));

    (void)snprintf(text, sizeof text, "%sVOTES\nvoter_id;vote;basis;district\n7;a;did;금호동\n",
                   HEAD);
    read_line(text, line);
    assert_non_null(strstr(line,
                           "\"basis\":\"did\",\"area\":\"금호동\",\"sex\":null,"
                           "\"age_band\":null,\"channel\":\"web\""));
}

static struct ballot_source source_of(const struct fixture *fixture)
{
    return (struct ballot_source){
        .path = fixture->path,
        .funding_source = "district",
        .rule = "greedy",
        .satisfaction = "cost",
        .completion = "none",
        .tie = "id",
        .budget_year = 2026,
        .opens_ms = INT64_C(1663545600000),
        .closes_ms = INT64_C(1663632000000),
    };
}

static void a_definition_is_taken_from_a_file(void **state)
{
    const struct fixture *fixture = *state;
    struct ballot_source source = source_of(fixture);
    char text[TEXT_SIZE];
    json_t *definition = NULL;
    char *found;

    (void)snprintf(text, sizeof text, "%sVOTES\nvoter_id;vote\n1;a\n1;never read\n", HEAD);
    write_file(fixture, text);
    assert_int_equal(ballot_source_read(&source, &definition), ERR_OK);
    found = json_text(definition);
    assert_string_equal(
        found,
        "{\"title\":\"마을 투표\",\"budget_year\":2026,\"method\":\"approval\","
        "\"opens_at\":\"2022-09-19T00:00:00.000Z\",\"closes_at\":\"2022-09-20T00:00:00.000Z\","
        "\"options\":[{\"id\":\"a\",\"name\":\"정원\",\"cost_krw\":300,"
        "\"area\":\"성수1가1동\",\"field\":\"환경\"},{\"id\":\"b.1\",\"name\":\"도서관\","
        "\"cost_krw\":500,\"area\":\"\",\"field\":\"교육\"}],"
        "\"funding_source\":\"district\",\"rule\":\"greedy\",\"satisfaction\":\"cost\","
        "\"completion\":\"none\",\"tie\":\"id\",\"budget_krw\":1000,"
        "\"min_options\":1,\"max_options\":2,\"max_cost_krw\":900}");
    free(found);
    json_decref(definition);

    source.rule = "greedy-threshold";
    source.threshold_score = 5;
    source.budget_krw = 77;
    source.title = "다른 이름";
    assert_int_equal(ballot_source_read(&source, &definition), ERR_OK);
    assert_int_equal(json_integer_value(json_object_get(definition, "budget_krw")), 77);
    assert_string_equal(json_string_value(json_object_get(definition, "title")), "다른 이름");
    assert_string_equal(json_string_value(json_object_get(definition, "rule")), "greedy-threshold");
    assert_int_equal(json_integer_value(json_object_get(definition, "threshold_score")), 5);
    json_decref(definition);
}

static void a_file_that_is_no_ballot_is_refused(void **state)
{
    static const char *const WRONG[] = {
        "",
        "not a pb file",
        "META\nkey;value\nbudget;10\nvote_type;cumulative\nmax_sum_points;1.5\nPROJECTS\n"
        "project_id;cost\na;1\nVOTES\n"
        "voter_id;vote;points\n1;a;1\n",
        "META\nkey;value\nbudget;10\nvote_type;approval\nPROJECTS\nproject_id;cost\na;1.5\nVOTES\n"
        "voter_id;vote\n1;a\n",
        "META\nkey;value\nbudget;10.5\nvote_type;approval\nPROJECTS\nproject_id;cost\na;1\nVOTES\n"
        "voter_id;vote\n1;a\n",
        "META\nkey;value\nvote_type;approval\nPROJECTS\nproject_id;cost\na;1\nVOTES\n"
        "voter_id;vote\n1;a\n",
    };
    const struct fixture *fixture = *state;
    const struct ballot_source source = source_of(fixture);
    json_t *definition = NULL;
    size_t i;

    assert_int_equal(ballot_source_read(&source, &definition), ERR_INVALID);
    for (i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        write_file(fixture, WRONG[i]);
        assert_int_equal(ballot_source_read(&source, &definition), ERR_INVALID);
    }
    assert_null(definition);
}

static json_t *bytes_json(const void *bytes, size_t length)
{
    char text[TEXT_SIZE];

    crypto_base64url(bytes, length, text, sizeof text);
    return json_string(text);
}

/* A receipt for leaf `index` of five, made as a service makes it. */
static json_t *make_receipt(const uint8_t secret[32], size_t index)
{
    uint8_t hashes[5 * MERKLE_HASH_SIZE];
    uint8_t path[MERKLE_PATH_LENGTH_MAX * MERKLE_HASH_SIZE];
    uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    uint8_t code_hash[CRYPTO_HASH_SIZE];
    uint8_t body[RECEIPT_SIZE];
    struct receipt receipt = {.issued_ms = 1663545600000, .max_merge_delay_s = 60};
    struct encoder encoder;
    json_t *list = json_array();
    char code[CODE_SIZE];
    size_t length = 0;
    size_t i;

    for (i = 0; i < 5; i++) {
        const uint8_t leaf = (uint8_t)i;

        merkle_leaf_hash(&leaf, 1, hashes + i * MERKLE_HASH_SIZE);
    }
    merkle_root(hashes, 5, receipt.commit_root);
    merkle_path(hashes, 5, index, path, &length);
    for (i = 0; i < length; i++) {
        (void)json_array_append_new(list,
                                    bytes_json(path + i * MERKLE_HASH_SIZE, MERKLE_HASH_SIZE));
    }
    encoder_init(&encoder, body, sizeof body);
    receipt_encode(&encoder, &receipt);
    assert_int_equal(crypto_sign_data(CRYPTO_ED25519, secret, body, sizeof body, signature),
                     ERR_OK);
    assert_int_equal(crypto_public(CRYPTO_ED25519, secret, public_key, &length), ERR_OK);
    crypto_tagged_hash(CODE_TAG, hashes + index * MERKLE_HASH_SIZE, MERKLE_HASH_SIZE, code_hash);
    code_format(code_from_hash(code_hash), code);
    return json_pack("{s:{s:i, s:o}, s:{s:s, s:o, s:{s:i, s:i, s:o}, s:o, s:o}}", "vote", "rev", 1,
                     "leaf_hash", bytes_json(hashes + index * MERKLE_HASH_SIZE, MERKLE_HASH_SIZE),
                     "receipt", "code", code, "body", bytes_json(body, sizeof body), "path",
                     "index", (int)index, "size", 5, "hashes", list, "signature",
                     bytes_json(signature, sizeof signature), "key",
                     bytes_json(public_key, CRYPTO_ED25519_PUBLIC_SIZE));
}

static void assert_failed(const json_t *receipt, const uint8_t *key, const char *check)
{
    struct receipt_facts facts;
    const char *failed = NULL;

    assert_int_equal(receipt_check(receipt, key, &facts, &failed), ERR_INVALID);
    assert_string_equal(failed, check);
}

static void a_right_receipt_passes_every_check(void **state)
{
    const uint8_t secret[32] = {7};
    uint8_t key[CRYPTO_P256_PUBLIC_SIZE];
    struct receipt_facts facts;
    const char *failed = NULL;
    size_t length = 0;
    size_t index;

    (void)state;
    assert_int_equal(crypto_public(CRYPTO_ED25519, secret, key, &length), ERR_OK);
    for (index = 0; index < 5; index++) {
        json_t *receipt = make_receipt(secret, index);

        assert_int_equal(receipt_check(receipt, key, &facts, &failed), ERR_OK);
        assert_string_equal(facts.ballot_id, "00000000-0000-0000-0000-000000000000");
        assert_int_equal(facts.issued_ms, INT64_C(1663545600000));
        json_decref(receipt);
    }
}

static void a_forged_receipt_fails_by_the_check_that_sees_it(void **state)
{
    const uint8_t secret[32] = {7};
    const uint8_t other_secret[32] = {8};
    const uint8_t zeros[CRYPTO_SIGNATURE_SIZE] = {0};
    uint8_t key[CRYPTO_P256_PUBLIC_SIZE];
    json_t *receipt;
    json_t *inner;
    size_t length = 0;

    (void)state;
    assert_int_equal(crypto_public(CRYPTO_ED25519, secret, key, &length), ERR_OK);
    receipt = make_receipt(other_secret, 2);
    assert_failed(receipt, key, "key");
    json_decref(receipt);

    receipt = make_receipt(secret, 2);
    inner = json_object_get(receipt, "receipt");
    (void)json_object_set_new(inner, "signature", bytes_json(zeros, sizeof zeros));
    assert_failed(receipt, key, "signature");
    json_decref(receipt);

    receipt = make_receipt(secret, 2);
    (void)json_object_set_new(json_object_get(json_object_get(receipt, "receipt"), "path"), "index",
                              json_integer(3));
    assert_failed(receipt, key, "path");
    json_decref(receipt);

    receipt = make_receipt(secret, 2);
    (void)json_object_set_new(json_object_get(receipt, "vote"), "leaf_hash", bytes_json(zeros, 32));
    assert_failed(receipt, key, "path");
    json_decref(receipt);

    receipt = make_receipt(secret, 2);
    (void)json_object_set_new(json_object_get(receipt, "receipt"), "code",
                              json_string("0000-0000-000"));
    assert_failed(receipt, key, "code");
    (void)json_object_del(json_object_get(receipt, "receipt"), "path");
    assert_failed(receipt, key, "format");
    json_decref(receipt);
    receipt = json_array();
    assert_failed(receipt, key, "format");
    json_decref(receipt);
}

static void a_private_key_is_written_for_its_owner_only_and_read_back(void **state)
{
    const struct fixture *fixture = *state;
    const struct signing_key key = {
        .key_id = "operator:kim/2", .algorithm = CRYPTO_ECDSA_P256, .secret = {1, 2, 3}};
    struct signing_key found;
    struct stat status;

    assert_int_equal(key_file_write(fixture->path, &key), ERR_OK);
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 0777U, 0600);
    assert_int_equal(key_file_read(fixture->path, &found), ERR_OK);
    assert_string_equal(found.key_id, key.key_id);
    assert_int_equal(found.algorithm, CRYPTO_ECDSA_P256);
    assert_memory_equal(found.secret, key.secret, sizeof key.secret);

    /* Neither written over, nor read when others may. */
    assert_int_equal(key_file_write(fixture->path, &key), ERR_CONFLICT);
    assert_int_equal(chmod(fixture->path, 0640), 0);
    assert_int_equal(key_file_read(fixture->path, &found), ERR_INVALID);
}

static void a_file_that_is_no_private_key_is_refused(void **state)
{
    static const char *const WRONG[] = {
        "",
        "id operator:kim\nalgorithm ed25519\n",
        "id operator:kim\nalgorithm rsa\nsecret AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        "id operator:kim\nalgorithm ed25519\nsecret AAAA\n",
        "id \nalgorithm ed25519\nsecret AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
    };
    const struct fixture *fixture = *state;
    struct signing_key found;
    size_t i;

    assert_int_equal(key_file_read(fixture->path, &found), ERR_INVALID);
    for (i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        write_file(fixture, WRONG[i]);
        assert_int_equal(chmod(fixture->path, 0600), 0);
        assert_int_equal(key_file_read(fixture->path, &found), ERR_INVALID);
    }
}

static void replacing_a_file_keeps_its_mode_and_leaves_nothing_beside_it(void **state)
{
    const struct fixture *fixture = *state;
    char text[TEXT_SIZE];
    struct stat status;
    size_t length = 0;

    assert_int_equal(file_replace_text(fixture->path, "one", 0640), ERR_OK);
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 0777U, 0640);
    assert_int_equal(chmod(fixture->path, 0604), 0);
    assert_int_equal(file_replace_text(fixture->path, "two", 0640), ERR_OK);
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 0777U, 0604);
    assert_int_equal(file_read_text(fixture->path, text, sizeof text, &length), ERR_OK);
    assert_string_equal(text, "two");
    assert_int_equal(file_read_text(fixture->path, text, 3, &length), ERR_FULL);
    assert_int_equal(file_replace_text("/nowhere/file", "x", 0600), ERR_INVALID);
    assert_int_equal(file_read_text("/nowhere/file", text, sizeof text, &length), ERR_NOT_FOUND);
}

static void a_secret_that_is_too_short_is_none(void **state)
{
    const struct fixture *fixture = *state;
    uint8_t key[VOTE_SUBJECT_KEY_SIZE];
    uint8_t again[VOTE_SUBJECT_KEY_SIZE];

    assert_int_equal(vote_subject_key_read(fixture->path, key), ERR_INVALID);
    write_file(fixture, "0123456789abcdef0123456789abcde\n");
    assert_int_equal(vote_subject_key_read(fixture->path, key), ERR_INVALID);
    write_file(fixture, "0123456789abcdef0123456789abcdef");
    assert_int_equal(vote_subject_key_read(fixture->path, key), ERR_OK);
    write_file(fixture, "0123456789abcdef0123456789abcdef\n");
    assert_int_equal(vote_subject_key_read(fixture->path, again), ERR_OK);
    assert_memory_equal(key, again, sizeof key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_files_become_words_of_the_service_or_nothing),
        cmocka_unit_test(where_channels_are_weighed_none_is_made_up),
        cmocka_unit_test(a_subject_depends_on_ballot_voter_and_secret_and_hides_the_voter),
        cmocka_unit_test(a_row_of_a_file_becomes_a_vote),
        cmocka_unit_test_setup_teardown(a_definition_is_taken_from_a_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_ballot_is_refused, set_up, tear_down),
        cmocka_unit_test(a_right_receipt_passes_every_check),
        cmocka_unit_test(a_forged_receipt_fails_by_the_check_that_sees_it),
        cmocka_unit_test_setup_teardown(a_private_key_is_written_for_its_owner_only_and_read_back,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_private_key_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            replacing_a_file_keeps_its_mode_and_leaves_nothing_beside_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_secret_that_is_too_short_is_none, set_up, tear_down),
    };

    phrase_set_language(PROBLEM_ENGLISH);
    if (crypto_open()) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
