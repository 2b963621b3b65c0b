/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime/keyring: lines read and written, files refused at start, and a file
 * that changes while it is watched. Waits for the watcher by running its loop,
 * never by the clock.
 */
#include "runtime/keyring.h"

#include "runtime/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY_A "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define KEY_B "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw"
#define KEY_P256                                                                                   \
    "BGD-1LolWp0xyWHrdMY1bWjASbiSO2H6bOZpYi5g8p-2eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk"

static const char PORTAL[] =
    "front-end portal ed25519 " KEY_A " 2026-01-01T00:00:00.000Z 2027-01-01T00:00:00.000Z";
static const char KIM[] = "operator kim ed25519 " KEY_B " 2026-01-01T00:00:00.000Z -";
static const char KIM_2[] =
    "operator kim/2 ecdsa-p256-sha256 " KEY_P256 " 2026-01-01T00:00:00.000Z -";

enum { PATH_SIZE = 64, STEPS_MAX = 100, STOP_TIMEOUT_MS = 60000 };

/* A keys file of the test's own. */
struct fixture {
    char folder[PATH_SIZE];
    char path[PATH_SIZE + 8];
};

static void fixture_write(const struct fixture *fixture, const char *text, size_t length)
{
    FILE *file = fopen(fixture->path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    (void)snprintf(fixture->folder, sizeof fixture->folder, "/tmp/keyring-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    (void)snprintf(fixture->path, sizeof fixture->path, "%s/keys", fixture->folder);
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

static void lines_are_written_as_they_are_read(void **state)
{
    static const char *const LINES[] = {PORTAL, KIM, KIM_2};
    struct keyring_key key;
    char line[512];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof LINES / sizeof LINES[0]; i++) {
        assert_int_equal(keyring_parse_line(LINES[i], &key), ERR_OK);
        keyring_format_line(&key, line, sizeof line);
        assert_string_equal(line, LINES[i]);
    }
    assert_int_equal(key.principal.role, ROLE_OPERATOR);
    assert_string_equal(key.principal.id, "kim");
    assert_string_equal(key.principal.key_id, "operator:kim/2");
    assert_int_equal(key.algorithm, CRYPTO_ECDSA_P256);
    assert_int_equal(key.public_length, CRYPTO_P256_PUBLIC_SIZE);
    assert_int_equal(key.not_before_ms, INT64_C(1767225600000));
    assert_true(key.not_after_ms == INT64_MAX);
    assert_int_equal(keyring_parse_line("  staff\tlee ed25519 " KEY_A "  2026-01-01T09:00:00+09:00 "
                                        "-\r",
                                        &key),
                     ERR_OK);
    assert_string_equal(key.principal.key_id, "staff:lee");
}

static void blank_lines_and_comments_are_nothing(void **state)
{
    struct keyring_key key;

    (void)state;
    assert_int_equal(keyring_parse_line("", &key), ERR_NOT_FOUND);
    assert_int_equal(keyring_parse_line(" \t\r", &key), ERR_NOT_FOUND);
    assert_int_equal(keyring_parse_line("  # operator kim", &key), ERR_NOT_FOUND);
}

static void wrong_lines_are_refused(void **state)
{
    static const char *const WRONG[] = {
        "operator kim ed25519 " KEY_A " 2026-01-01T00:00:00Z",
        "operator kim ed25519 " KEY_A " 2026-01-01T00:00:00Z - extra",
        "operator kim ed25519 " KEY_A " - -",
        "operator kim ed25519 " KEY_A " 2026-01-01 -",
        "operator kim ed25519 " KEY_A " 2026-01-01T00:00:00Z 2026-01-01T00:00:00Z",
        "operator kim ed25519 " KEY_A "x 2026-01-01T00:00:00Z -",
        "operator kim ed25519 " KEY_P256 " 2026-01-01T00:00:00Z -",
        "operator kim ecdsa-p256-sha256 " KEY_A " 2026-01-01T00:00:00Z -",
        "operator kim rsa-v1_5-sha256 " KEY_A " 2026-01-01T00:00:00Z -",
        "public kim ed25519 " KEY_A " 2026-01-01T00:00:00Z -",
        "root kim ed25519 " KEY_A " 2026-01-01T00:00:00Z -",
        "operator kim/0 ed25519 " KEY_A " 2026-01-01T00:00:00Z -",
        "operator kim/ ed25519 " KEY_A " 2026-01-01T00:00:00Z -",
        "operator kim/2/3 ed25519 " KEY_A " 2026-01-01T00:00:00Z -",
        "operator kim/12345 ed25519 " KEY_A " 2026-01-01T00:00:00Z -",
        "operator /2 ed25519 " KEY_A " 2026-01-01T00:00:00Z -",
        "operator k:im ed25519 " KEY_A " 2026-01-01T00:00:00Z -",
        "operator \"kim\" ed25519 " KEY_A " 2026-01-01T00:00:00Z -",
        "operator "
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ed25519 " KEY_A
        " 2026-01-01T00:00:00Z -",
    };
    struct keyring_key key;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(keyring_parse_line(WRONG[i], &key), ERR_INVALID);
    }
}

static void keys_are_found_by_the_id_on_the_wire(void **state)
{
    const struct fixture *fixture = *state;
    struct keyring *keyring = NULL;
    struct keyring_key key;
    char text[2048];

    (void)snprintf(text, sizeof text, "# keys\n%s\n\n%s\n%s", PORTAL, KIM_2, KIM);
    fixture_write(fixture, text, strlen(text));
    assert_int_equal(keyring_open(NULL, fixture->path, &keyring), ERR_OK);
    assert_int_equal(keyring_count(keyring), 3);
    assert_int_equal(keyring_find(keyring, "operator:kim/2", &key), ERR_OK);
    assert_string_equal(key.principal.id, "kim");
    assert_int_equal(keyring_find(keyring, "front-end:portal", &key), ERR_OK);
    assert_int_equal(key.principal.role, ROLE_FRONT_END);
    assert_int_equal(keyring_find(keyring, "operator:portal", &key), ERR_NOT_FOUND);
    assert_int_equal(keyring_find(keyring, "operator:kim/3", &key), ERR_NOT_FOUND);
    assert_int_equal(keyring_find(keyring, "", &key), ERR_NOT_FOUND);
    keyring_close(keyring);
}

static void an_empty_file_holds_no_key_and_is_no_error(void **state)
{
    const struct fixture *fixture = *state;
    struct keyring *keyring = NULL;
    struct keyring_key key;

    fixture_write(fixture, "", 0);
    assert_int_equal(keyring_open(NULL, fixture->path, &keyring), ERR_OK);
    assert_int_equal(keyring_find(keyring, "operator:kim", &key), ERR_NOT_FOUND);
    keyring_close(keyring);
}

static void files_with_anything_wrong_are_refused_at_start(void **state)
{
    const struct fixture *fixture = *state;
    struct keyring *keyring = NULL;
    char *text = calloc(1, KEYRING_FILE_SIZE_MAX + 2);

    assert_non_null(text);
    assert_int_equal(keyring_open(NULL, fixture->path, &keyring), ERR_INVALID);

    (void)snprintf(text, 2048, "%s\n%s\nwrong\n", PORTAL, KIM);
    fixture_write(fixture, text, strlen(text));
    assert_int_equal(keyring_open(NULL, fixture->path, &keyring), ERR_INVALID);

    (void)snprintf(text, 2048, "%s\n%s\n%s\n", KIM, PORTAL, KIM);
    fixture_write(fixture, text, strlen(text));
    assert_int_equal(keyring_open(NULL, fixture->path, &keyring), ERR_INVALID);

    fixture_write(fixture, "#\0#", 3);
    assert_int_equal(keyring_open(NULL, fixture->path, &keyring), ERR_INVALID);

    memset(text, '#', KEYRING_FILE_SIZE_MAX + 1);
    fixture_write(fixture, text, KEYRING_FILE_SIZE_MAX + 1);
    assert_int_equal(keyring_open(NULL, fixture->path, &keyring), ERR_INVALID);
    fixture_write(fixture, text, KEYRING_FILE_SIZE_MAX);
    assert_int_equal(keyring_open(NULL, fixture->path, &keyring), ERR_OK);
    keyring_close(keyring);
    free(text);
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
}

/* Runs the loop until the keyring holds count keys; the timer only keeps the loop awake. */
static void run_until_count(struct loop *loop, const struct keyring *keyring, size_t count)
{
    int step;

    for (step = 0; step < STEPS_MAX && keyring_count(keyring) != count; step++) {
        (void)uv_run(&loop->uv, UV_RUN_ONCE);
    }
    assert_int_equal(keyring_count(keyring), count);
}

static void a_change_is_taken_over_and_a_wrong_file_keeps_the_keys(void **state)
{
    const struct fixture *fixture = *state;
    struct keyring *keyring = NULL;
    struct keyring_key key;
    struct loop loop;
    uv_timer_t timer;
    char text[2048];
    int step;

    fixture_write(fixture, PORTAL, sizeof PORTAL - 1);
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    assert_int_equal(keyring_open(&loop, fixture->path, &keyring), ERR_OK);
    assert_int_equal(uv_timer_init(&loop.uv, &timer), 0);
    assert_int_equal(uv_timer_start(&timer, on_tick, 100, 100), 0);
    assert_int_equal(keyring_find(keyring, "operator:kim", &key), ERR_NOT_FOUND);

    (void)snprintf(text, sizeof text, "%s\n%s\n", PORTAL, KIM);
    fixture_write(fixture, text, strlen(text));
    run_until_count(&loop, keyring, 2);
    assert_int_equal(keyring_find(keyring, "operator:kim", &key), ERR_OK);

    /* Wrong for longer than a poll takes, then gone: both keep the two keys. */
    fixture_write(fixture, "wrong\n", 6);
    for (step = 0; step < 12; step++) {
        (void)uv_run(&loop.uv, UV_RUN_ONCE);
    }
    assert_int_equal(keyring_count(keyring), 2);
    assert_int_equal(unlink(fixture->path), 0);
    for (step = 0; step < 12; step++) {
        (void)uv_run(&loop.uv, UV_RUN_ONCE);
    }
    assert_int_equal(keyring_count(keyring), 2);

    /* Revoking is deleting the line. */
    fixture_write(fixture, KIM, sizeof KIM - 1);
    run_until_count(&loop, keyring, 1);
    assert_int_equal(keyring_find(keyring, "front-end:portal", &key), ERR_NOT_FOUND);

    uv_close((uv_handle_t *)&timer, NULL);
    keyring_close(keyring);
    loop_close(&loop);
}

static void watching_does_not_keep_the_loop_alive(void **state)
{
    const struct fixture *fixture = *state;
    struct keyring *keyring = NULL;
    struct loop loop;

    fixture_write(fixture, KIM, sizeof KIM - 1);
    assert_int_equal(loop_open(&loop, STOP_TIMEOUT_MS), ERR_OK);
    assert_int_equal(keyring_open(&loop, fixture->path, &keyring), ERR_OK);
    loop_stop(&loop);
    loop_run(&loop);
    keyring_close(keyring);
    loop_close(&loop);
}

static void closing_takes_null(void **state)
{
    (void)state;
    keyring_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_written_as_they_are_read),
        cmocka_unit_test(blank_lines_and_comments_are_nothing),
        cmocka_unit_test(wrong_lines_are_refused),
        cmocka_unit_test_setup_teardown(keys_are_found_by_the_id_on_the_wire, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_file_holds_no_key_and_is_no_error, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(files_with_anything_wrong_are_refused_at_start, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_change_is_taken_over_and_a_wrong_file_keeps_the_keys,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(watching_does_not_keep_the_loop_alive, set_up, tear_down),
        cmocka_unit_test(closing_takes_null),
    };

    loop_block_signals();
    log_open("keyring-test", LOG_ERROR, LOG_FORMAT_JSON);
    if (crypto_open()) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
