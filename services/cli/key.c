/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `hyeopchi key`: makes signing keys and keeps the services' keys file. Works on
 * files only: the services read the keys file themselves when it changes.
 * Never prints a secret.
 */
#include "cli/nouns.h"

#include "cli/invocation.h"
#include "cli/key_file.h"
#include "cli/keys_file.h"
#include "cli/print.h"
#include "runtime/clock.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_FILE_MODE = 0644 };

static enum err parse_validity(const struct invocation *invocation, struct keyring_key *key)
{
    enum err err;

    key->not_before_ms = clock_now_ms() / 1000 * 1000;
    key->not_after_ms = INT64_MAX;
    err = invocation_time(invocation, "not-before", &key->not_before_ms);
    if (err == ERR_INVALID) {
        return err;
    }
    err = invocation_time(invocation, "not-after", &key->not_after_ms);
    if (err == ERR_INVALID) {
        return err;
    }
    if (key->not_before_ms >= key->not_after_ms) {
        (void)usage_error(invocation, say("--not-after 는 --not-before 보다 뒤여야 합니다",
                                          "--not-after must be later than --not-before"));
        return ERR_INVALID;
    }
    return ERR_OK;
}

static void print_line(const struct invocation *invocation, const char *key_id, const char *line)
{
    if (invocation->json) {
        json_t *answer = json_pack("{s:s, s:s}", "key_id", key_id, "line", line);

        print_answer(answer, true);
        json_decref(answer);
        return;
    }
    (void)printf("%s\n", line);
}

static enum cli_status key_new(const struct invocation *invocation)
{
    const char *role = invocation_text(invocation, "role");
    const char *id = invocation_text(invocation, "id");
    const char *algorithm = invocation_text(invocation, "algorithm");
    const char *out = invocation_text(invocation, "out");
    struct keyring_key validity = {.public_length = 0};
    struct signing_key key = {.algorithm = CRYPTO_ED25519};
    uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE];
    size_t public_length = 0;
    char line[KEYS_FILE_LINE_SIZE];
    enum cli_status status = CLI_FAILED;

    if (parse_validity(invocation, &validity)) {
        return CLI_USAGE;
    }
    if (algorithm != NULL && strcmp(algorithm, "ecdsa-p256-sha256") == 0) {
        key.algorithm = CRYPTO_ECDSA_P256;
    }
    if ((size_t)snprintf(key.key_id, sizeof key.key_id, "%s:%s", role, id) >= sizeof key.key_id ||
        crypto_keypair(key.algorithm, key.secret, public_key, &public_length) ||
        signing_key_line(&key, &validity, line)) {
        signing_key_wipe(&key);
        return usage_error(invocation,
                           say("--id '%s': 영문자, 숫자, - _ . 로 63자까지, 교체용은 뒤에 /2 처럼 "
                               "번호를 붙입니다",
                               "--id '%s': letters, digits, - _ . up to 63; a further key of the "
                               "same id ends with /2"),
                           id);
    }
    if (key_file_write(out, &key) == ERR_OK) {
        print_line(invocation, key.key_id, line);
        status = CLI_OK;
    }
    signing_key_wipe(&key);
    return status;
}

static enum cli_status key_public(const struct invocation *invocation)
{
    struct keyring_key validity = {.public_length = 0};
    struct signing_key key;
    char line[KEYS_FILE_LINE_SIZE];
    enum err err;

    if (parse_validity(invocation, &validity)) {
        return CLI_USAGE;
    }
    if (key_file_read(invocation_operand(invocation, 0), &key)) {
        return CLI_FAILED;
    }
    err = signing_key_line(&key, &validity, line);
    signing_key_wipe(&key);
    if (err) {
        (void)fprintf(stderr,
                      say("hyeopchi: 키의 id가 올바르지 않습니다: %s\n",
                          "hyeopchi: the key's id is wrong: %s\n"),
                      key.key_id);
        return CLI_FAILED;
    }
    print_line(invocation, key.key_id, line);
    return CLI_OK;
}

/* The line to add: given, or made from a private key file. */
static enum cli_status wanted_line(const struct invocation *invocation,
                                   char ret_line[KEYS_FILE_LINE_SIZE])
{
    const char *given = invocation_text(invocation, "line");
    const char *from = invocation_text(invocation, "from");
    struct keyring_key validity = {.public_length = 0};
    struct signing_key key;
    enum err err;

    if ((given == NULL) == (from == NULL)) {
        return usage_error(
            invocation, say("--line 과 --from 중 하나만 주십시오", "give either --line or --from"));
    }
    if (given != NULL) {
        (void)snprintf(ret_line, KEYS_FILE_LINE_SIZE, "%s", given);
        return CLI_OK;
    }
    if (parse_validity(invocation, &validity)) {
        return CLI_USAGE;
    }
    if (key_file_read(from, &key)) {
        return CLI_FAILED;
    }
    err = signing_key_line(&key, &validity, ret_line);
    signing_key_wipe(&key);
    return err ? CLI_FAILED : CLI_OK;
}

static enum cli_status key_add(const struct invocation *invocation)
{
    const char *path = invocation_text(invocation, "keys-file");
    struct keyring_key key;
    char line[KEYS_FILE_LINE_SIZE];
    struct buffer whole;
    char *text = NULL;
    enum cli_status status;

    status = wanted_line(invocation, line);
    if (status != CLI_OK) {
        return status;
    }
    if (keyring_parse_line(line, &key)) {
        return usage_error(
            invocation, say("키 한 줄의 형식이 아닙니다: %s", "no line of a keys file: %s"), line);
    }
    if (keys_file_read(path, &text)) {
        return CLI_FAILED;
    }
    buffer_init(&whole, KEYRING_FILE_SIZE_MAX);
    status = CLI_FAILED;
    if (keys_file_has(text, key.principal.key_id)) {
        (void)fprintf(
            stderr,
            say("hyeopchi: %s 키는 이미 있습니다. 교체하려면 id 뒤에 /2 를 붙이십시오.\n",
                "hyeopchi: there is a key %s already; to rotate it, end the id with /2.\n"),
            key.principal.key_id);
        goto out;
    }
    buffer_append_text(&whole, text);
    if (text[0] != '\0' && text[strlen(text) - 1] != '\n') {
        buffer_append_text(&whole, "\n");
    }
    buffer_append_format(&whole, "%s\n", line);
    if (buffer_status(&whole) == ERR_OK &&
        file_replace_text(path, buffer_text(&whole), KEYS_FILE_MODE) == ERR_OK) {
        print_line(invocation, key.principal.key_id, line);
        status = CLI_OK;
    }

out:
    buffer_release(&whole);
    free(text);
    return status;
}

static json_t *key_json(const struct keyring_key *key)
{
    char from[CLOCK_TEXT_SIZE];
    char to[CLOCK_TEXT_SIZE] = "-";
    const int64_t now_ms = clock_now_ms();
    const bool valid = key->not_before_ms <= now_ms && now_ms < key->not_after_ms;

    clock_format(key->not_before_ms, from);
    if (key->not_after_ms != INT64_MAX) {
        clock_format(key->not_after_ms, to);
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "key_id", key->principal.key_id, "role",
                     role_name(key->principal.role), "algorithm",
                     key->algorithm == CRYPTO_ED25519 ? "ed25519" : "ecdsa-p256-sha256",
                     "not_before", from, "not_after", to, "valid_now", valid ? 1 : 0);
}

static enum cli_status key_list(const struct invocation *invocation)
{
    json_t *keys = json_array();
    enum cli_status status = CLI_OK;
    char line[KEYS_FILE_LINE_SIZE];
    const char *at;
    char *text = NULL;
    int number = 0;

    if (keys_file_read(invocation_text(invocation, "keys-file"), &text)) {
        json_decref(keys);
        return CLI_FAILED;
    }
    at = text;
    while (keys_file_next_line(&at, line)) {
        struct keyring_key key;
        const enum err err = keyring_parse_line(line, &key);

        number++;
        if (!err) {
            (void)json_array_append_new(keys, key_json(&key));
        } else if (err == ERR_INVALID) {
            (void)fprintf(
                stderr,
                say("hyeopchi: %d번째 줄이 잘못되었습니다\n", "hyeopchi: line %d is wrong\n"),
                number);
            status = CLI_FAILED;
        }
    }
    print_answer(keys, invocation->json);
    json_decref(keys);
    free(text);
    return status;
}

static enum cli_status key_revoke(const struct invocation *invocation)
{
    const char *path = invocation_text(invocation, "keys-file");
    const char *key_id = invocation_text(invocation, "key-id");
    enum cli_status status = CLI_FAILED;
    struct buffer kept;
    char line[KEYS_FILE_LINE_SIZE];
    char *text = NULL;
    const char *at;

    if (keys_file_read(path, &text)) {
        return CLI_FAILED;
    }
    buffer_init(&kept, KEYRING_FILE_SIZE_MAX);
    if (!keys_file_has(text, key_id)) {
        (void)fprintf(stderr,
                      say("hyeopchi: %s 키가 없습니다. 'hyeopchi key list'로 확인하십시오.\n",
                          "hyeopchi: there is no key %s; see 'hyeopchi key list'.\n"),
                      key_id);
        goto out;
    }
    at = text;
    while (*at != '\0') {
        const char *start = at;
        struct keyring_key key;

        (void)keys_file_next_line(&at, line);
        if (keyring_parse_line(line, &key) != ERR_OK || strcmp(key.principal.key_id, key_id) != 0) {
            buffer_append(&kept, start, (size_t)(at - start));
        }
    }
    if (file_replace_text(path, buffer_text(&kept), KEYS_FILE_MODE) == ERR_OK) {
        (void)fprintf(stderr,
                      say("%s 키를 폐기했습니다. 서비스는 1초 안에 이를 따릅니다.\n",
                          "revoked %s; the services follow within a second.\n"),
                      key_id);
        status = CLI_OK;
    }

out:
    buffer_release(&kept);
    free(text);
    return status;
}

#define VALIDITY_OPTIONS                                                                           \
    {                                                                                              \
        .name = "not-before",                                                                      \
        .argument = "TIME",                                                                        \
        .sentence = {"이 시각부터 유효 (기본: 지금)", "valid from this time on (default: now)"},   \
    },                                                                                             \
    {                                                                                              \
        .name = "not-after", .argument = "TIME",                                                   \
        .sentence = {"이 시각까지 유효 (기본: 기한 없음)",                                         \
                     "valid until this time (default: without end)"},                              \
    }

#define KEYS_FILE_OPTION                                                                           \
    {                                                                                              \
        .name = "keys-file", .argument = "FILE", .environment = "HYEOPCHI_KEYS_FILE",              \
        .required = true,                                                                          \
        .sentence = {"서비스들이 읽는 공개 키 목록 파일",                                          \
                     "the file of public keys that the services read"},                            \
    }

static const struct command_option NEW_OPTIONS[] = {
    {
        .name = "role",
        .argument = "ROLE",
        .choices = "front-end|staff|operator|auditor",
        .required = true,
        .sentence = {"키로 할 수 있는 일", "what the key may do"},
    },
    {
        .name = "id",
        .argument = "ID",
        .required = true,
        .sentence = {"사람이나 접수 창구의 이름 (예: kim, portal)",
                     "name of the person or front end (kim, portal)"},
    },
    {
        .name = "out",
        .argument = "FILE",
        .required = true,
        .sentence = {"개인 키를 쓸 새 파일 (권한 0600)",
                     "new file for the private key (mode 0600)"},
    },
    {
        .name = "algorithm",
        .argument = "NAME",
        .choices = "ed25519|ecdsa-p256-sha256",
        .sentence = {"서명 방식 (기본 ed25519)", "signature scheme (default ed25519)"},
    },
    VALIDITY_OPTIONS,
    {.name = NULL},
};

static const struct command_option PUBLIC_OPTIONS[] = {
    VALIDITY_OPTIONS,
    {.name = NULL},
};

static const struct command_option ADD_OPTIONS[] = {
    KEYS_FILE_OPTION,
    {
        .name = "line",
        .argument = "LINE",
        .sentence = {"'key new'가 출력한 공개 키 한 줄", "the public line that 'key new' printed"},
    },
    {
        .name = "from",
        .argument = "FILE",
        .sentence = {"개인 키 파일 (공개 키를 여기서 계산)",
                     "a private key file, from which the line is made"},
    },
    VALIDITY_OPTIONS,
    {.name = NULL},
};

static const struct command_option LIST_OPTIONS[] = {
    KEYS_FILE_OPTION,
    {.name = NULL},
};

static const struct command_option REVOKE_OPTIONS[] = {
    KEYS_FILE_OPTION,
    {
        .name = "key-id",
        .argument = "ROLE:ID",
        .required = true,
        .sentence = {"폐기할 키 (예: operator:kim)", "the key to revoke (operator:kim)"},
    },
    {.name = NULL},
};

static const struct command_operand PRIVATE_FILE[] = {
    {.name = "FILE", .sentence = {"개인 키 파일", "a private key file"}},
    {.name = NULL},
};

static const char *const NEW_EXAMPLES[] = {
    "hyeopchi key new --role operator --id kim --out kim.key",
    "hyeopchi key new --role front-end --id portal --algorithm ecdsa-p256-sha256 --out portal.key",
    "hyeopchi key new --role operator --id kim/2 --not-after 2027-01-01 --out kim-2.key",
    NULL,
};

static const char *const PUBLIC_EXAMPLES[] = {"hyeopchi key public kim.key", NULL};

static const char *const ADD_EXAMPLES[] = {
    "hyeopchi key add --keys-file /etc/hyeopchi/keys --from kim.key",
    "hyeopchi key add --keys-file /etc/hyeopchi/keys --line \"$(hyeopchi key public kim.key)\"",
    NULL,
};

static const char *const LIST_EXAMPLES[] = {
    "hyeopchi key list --keys-file /etc/hyeopchi/keys",
    NULL,
};

static const char *const REVOKE_EXAMPLES[] = {
    "hyeopchi key revoke --keys-file /etc/hyeopchi/keys --key-id operator:kim",
    NULL,
};

static const struct command COMMANDS[] = {
    {
        .verb = "new",
        .summary = {"개인 키를 만들고 공개 키 한 줄을 출력합니다",
                    "makes a private key and prints its public line"},
        .options = NEW_OPTIONS,
        .examples = NEW_EXAMPLES,
        .run = key_new,
    },
    {
        .verb = "public",
        .summary = {"개인 키 파일의 공개 키 한 줄을 출력합니다",
                    "prints the public line of a private key"},
        .operands = PRIVATE_FILE,
        .options = PUBLIC_OPTIONS,
        .examples = PUBLIC_EXAMPLES,
        .run = key_public,
    },
    {
        .verb = "add",
        .summary = {"서비스의 키 목록에 공개 키를 등록합니다",
                    "registers a public key in the services' keys file"},
        .options = ADD_OPTIONS,
        .examples = ADD_EXAMPLES,
        .run = key_add,
    },
    {
        .verb = "list",
        .summary = {"등록된 키를 보여 줍니다", "shows the registered keys"},
        .options = LIST_OPTIONS,
        .examples = LIST_EXAMPLES,
        .run = key_list,
    },
    {
        .verb = "revoke",
        .summary = {"키를 폐기합니다", "revokes a key"},
        .options = REVOKE_OPTIONS,
        .examples = REVOKE_EXAMPLES,
        .run = key_revoke,
    },
};

const struct command_noun KEY_NOUN = {
    .noun = "key",
    .summary = {"서명 키", "Signing keys"},
    .commands = COMMANDS,
    .count = sizeof COMMANDS / sizeof COMMANDS[0],
};
