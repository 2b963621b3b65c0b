/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a vote is on the public board. Must never say so but by a path of
 * hashes that leads from the vote to a root, which is shown: whoever does not
 * believe this page holds it against the board's checkpoint.
 */
#include "participation/web/pages.h"

#include "runtime/crypto.h"
#include "runtime/merkle.h"

#include <string.h>

enum { ROOT_TEXT_SIZE = 64 };

/* What the board says of a code. */
struct inclusion {
    const char *leaf_hash;
    int64_t position;
    int64_t size;
    size_t path_length;
    char root[ROOT_TEXT_SIZE]; /* base64, as the checkpoint has it */
};

static bool read_hash(const json_t *json, uint8_t ret_hash[MERKLE_HASH_SIZE])
{
    const char *text = json_string_value(json);
    size_t length = 0;

    return text != NULL &&
           crypto_base64url_parse(text, strlen(text), ret_hash, MERKLE_HASH_SIZE, &length) ==
               ERR_OK &&
           length == MERKLE_HASH_SIZE;
}

/* False unless the answer's path leads from its leaf to a root. */
static bool read_inclusion(const json_t *answer, struct inclusion *ret)
{
    const json_t *path = json_object_get(answer, "path");
    uint8_t hashes[MERKLE_PATH_LENGTH_MAX * MERKLE_HASH_SIZE];
    uint8_t leaf_hash[MERKLE_HASH_SIZE];
    uint8_t root[MERKLE_HASH_SIZE];

    *ret = (struct inclusion){
        .leaf_hash = web_json_text(answer, "leaf_hash"),
        .position = json_integer_value(json_object_get(answer, "position")),
        .size = json_integer_value(json_object_get(answer, "size")),
        .path_length = json_array_size(path),
    };
    if (!json_is_array(path) || ret->path_length > MERKLE_PATH_LENGTH_MAX || ret->position < 0 ||
        ret->position >= ret->size || !read_hash(json_object_get(answer, "leaf_hash"), leaf_hash)) {
        return false;
    }
    for (size_t i = 0; i < ret->path_length; i++) {
        if (!read_hash(json_array_get(path, i), hashes + i * MERKLE_HASH_SIZE)) {
            return false;
        }
    }
    if (merkle_root_from_path(leaf_hash, (uint64_t)ret->position, (uint64_t)ret->size, hashes,
                              ret->path_length, root) != ERR_OK) {
        return false;
    }
    crypto_base64(root, sizeof root, ret->root, sizeof ret->root);
    return true;
}

static void found(struct exchange *exchange, const struct inclusion *inclusion)
{
    struct view *view = &exchange->view;

    MARK(view, "<p class=\"good\"><strong>");
    BOTH(view, "이 표는 공개 게시판에 있습니다.", "The board has this vote.");
    MARK(view, "</strong></p>\n<dl>\n<dt>");
    BOTH(view, "게시판에서의 자리", "Place on the board");
    MARK(view, "</dt><dd>");
    view_number(view, inclusion->position + 1);
    BOTH(view, "번째 (모두 ", " (of ");
    view_number(view, inclusion->size);
    BOTH(view, "건)", " entries)");
    MARK(view, "</dd>\n<dt>");
    BOTH(view, "실린 값", "As");
    MARK(view, "</dt><dd><code>");
    view_text(view, inclusion->leaf_hash);
    MARK(view, "</code></dd>\n<dt>");
    BOTH(view, "포함 증명", "Proof of inclusion");
    MARK(view, "</dt><dd>");
    BOTH(view, "해시 ", "The ");
    view_number(view, (int64_t)inclusion->path_length);
    BOTH(view, "개를 따라 계산한 게시판 전체의 해시값: ",
         " hashes of its path lead to this hash of the whole board: ");
    MARK(view, "<code>");
    view_text(view, inclusion->root);
    MARK(view, "</code></dd>\n</dl>\n<p>");
    BOTH(view, "‘실린 값’은 접수증에 적힌 값과 같아야 하고, 게시판 전체의 해시값은 건수가 같을 때 ",
         "“As” must be what your receipt says, and the hash of the whole board that of the ");
    MARK(view, "<a href=\"");
    page_public_address(exchange, "/board/checkpoint");
    MARK(view, "\">");
    BOTH(view, "게시판의 서명된 상태", "board's signed checkpoint");
    MARK(view, "</a>");
    BOTH(view, " 셋째 줄에 적힌 값과 같아야 합니다.", " of as many entries, in its third line.");
    MARK(view, "</p>\n");
}

static void not_found(struct exchange *exchange)
{
    struct view *view = &exchange->view;

    MARK(view, "<p class=\"notice\"><strong>");
    BOTH(view, "아직 게시판에 없습니다.</strong> 접수하고 늦어도 ",
         "Not on the board yet.</strong> It is there at most ");
    view_duration(view, exchange->ballot->max_merge_delay_s);
    BOTH(view,
         " 안에 실립니다. 그때까지 실리지 않으면 코드를 확인하고, 맞다면 접수증 파일을 가지고 "
         "아래 문의처에 알려 주십시오.",
         " after it was accepted. If it is not, check the code; if that is right, bring your "
         "receipt's file to the contact below.");
    MARK(view, "</p>\n");
}

static void not_proven(struct view *view)
{
    MARK(view, "<p class=\"error\"><strong>");
    BOTH(view, "게시판의 답을 믿을 수 없습니다.", "The board's answer cannot be right.");
    MARK(view, "</strong> ");
    BOTH(view,
         "이 코드의 표가 있다고 하지만 포함 증명이 맞지 않습니다. 접수증 파일을 가지고 아래 "
         "문의처에 알려 주십시오.",
         "It says that it has this vote, and its proof of inclusion is wrong. Bring your "
         "receipt's file to the contact below.");
    MARK(view, "</p>\n");
}

/* What the board said of a code. */
static void check_answer(struct exchange *exchange, const struct upstream_call *call)
{
    struct view *view = &exchange->view;
    struct inclusion inclusion;

    MARK(view, "<div role=\"status\">\n");
    if (call->status == 200 && call->json != NULL) {
        if (read_inclusion(call->json, &inclusion)) {
            found(exchange, &inclusion);
        } else {
            not_proven(view);
        }
    } else if (call->outcome == UPSTREAM_ANSWERED && call->status == 404) {
        not_found(exchange);
    } else {
        MARK(view, "<p class=\"notice\">");
        BOTH(view, "게시판에 지금 물어볼 수 없습니다. 잠시 뒤에 다시 확인해 주십시오.",
             "The board cannot be asked just now; please try again in a moment.");
        MARK(view, "</p>\n");
    }
    MARK(view, "</div>\n");
}

void page_check(struct exchange *exchange, const struct upstream_call *call)
{
    struct view *view = &exchange->view;
    const struct view_frame frame = {
        .title = view_say(view, "내 표 확인", "Check my vote"),
        .ballot = &exchange->ballot->definition,
    };

    view_begin_of_ballot(view, &frame);
    if (call != NULL) {
        check_answer(exchange, call);
    }
    MARK(view, "<form method=\"get\" action=\"/ballots/");
    view_text(view, exchange->ballot_id);
    MARK(view, "/check\">\n<div class=\"field\">\n<label for=\"code\">");
    BOTH(view, "접수증의 확인 코드", "The code of your receipt");
    MARK(view, "</label>\n<p class=\"hint\" id=\"code-hint\">");
    BOTH(view, "예: ABXB-TWKT-0NA. 대문자와 소문자를 가리지 않습니다.",
         "For example: ABXB-TWKT-0NA, in capitals or not.");
    MARK(view,
         "</p>\n<input id=\"code\" name=\"code\" type=\"text\" required maxlength=\"20\" "
         "autocomplete=\"off\" spellcheck=\"false\" aria-describedby=\"code-hint\" value=\"");
    view_text(view, exchange->code);
    MARK(view, "\">\n</div>\n<p><button type=\"submit\">");
    BOTH(view, "확인하기", "Check");
    MARK(view, "</button></p>\n</form>\n");
    view_end(view, &frame);
}
