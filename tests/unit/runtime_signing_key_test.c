/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Private keys as text: what is written is read back, its public line is one
 * that a service takes, and anything else is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/signing_key.h"

static const char TEXT[] =
    "# hyeopchi private key: keep it secret\n"
    "id front-end:page\n"
    "algorithm ed25519\n"
    "secret AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n";

static void a_key_is_read_back_as_it_was_written(void **state)
{
    char text[SIGNING_KEY_TEXT_SIZE];
    struct signing_key key;

    (void)state;
    assert_int_equal(signing_key_parse(TEXT, &key), ERR_OK);
    assert_string_equal(key.key_id, "front-end:page");
    assert_int_equal(key.algorithm, CRYPTO_ED25519);
    assert_int_equal(key.secret[31], 1);
    signing_key_format(&key, text);
    assert_string_equal(text, TEXT);
    signing_key_wipe(&key);
    assert_int_equal(key.secret[0] | key.secret[31], 0);
}

static void what_is_no_key_is_refused(void **state)
{
    static const char *const WRONG[] = {
        "",
        "id front-end:page\nalgorithm ed25519\n",
        "id \nalgorithm ed25519\nsecret AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n",
        "id front-end:page\nalgorithm rsa\nsecret AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n",
        "id front-end:page\nalgorithm ed25519\nsecret AQEB\n",
        "id front-end:page\nalgorithm ed25519\nsecret !!!!\n",
    };
    struct signing_key key;

    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        assert_int_equal(signing_key_parse(WRONG[i], &key), ERR_INVALID);
    }
}

static void its_public_line_is_one_that_services_take(void **state)
{
    const struct keyring_key validity = {.not_before_ms = 0, .not_after_ms = INT64_MAX};
    char line[SIGNING_KEY_LINE_SIZE];
    struct keyring_key read;
    struct signing_key key;

    (void)state;
    assert_int_equal(signing_key_parse(TEXT, &key), ERR_OK);
    assert_int_equal(signing_key_line(&key, &validity, line), ERR_OK);
    assert_int_equal(keyring_parse_line(line, &read), ERR_OK);
    assert_int_equal(read.principal.role, ROLE_FRONT_END);
    assert_string_equal(read.principal.key_id, "front-end:page");
    assert_null(strstr(line, "AQEBAQEB"));
    memcpy(key.key_id, "stranger:page", sizeof "stranger:page");
    assert_int_equal(signing_key_line(&key, &validity, line), ERR_INVALID);
    memcpy(key.key_id, "nobody", sizeof "nobody");
    assert_int_equal(signing_key_line(&key, &validity, line), ERR_INVALID);
}

static int open_crypto(void **state)
{
    (void)state;
    return crypto_open() == ERR_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_read_back_as_it_was_written),
        cmocka_unit_test(what_is_no_key_is_refused),
        cmocka_unit_test(its_public_line_is_one_that_services_take),
    };

    return cmocka_run_group_tests(tests, open_crypto, NULL);
}
