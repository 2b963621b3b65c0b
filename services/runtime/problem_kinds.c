/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of problem that every service can answer with. Codes are for ever:
 * front ends match on them. Sentences may be improved; each says what is wrong
 * and what to do.
 */
#include "runtime/problem.h"

const struct problem_kind PROBLEM_MALFORMED = {
    400,
    "malformed-request",
    "요청 형식이 올바르지 않습니다. 요청을 바로잡아 다시 보내 주십시오.",
    "The request is malformed. Correct it and send it again.",
};

const struct problem_kind PROBLEM_INVALID_JSON = {
    400,
    "invalid-json",
    "본문이 올바른 JSON이 아닙니다. 문법과 문자 인코딩(UTF-8)을 확인해 주십시오.",
    "The body is not valid JSON. Check its syntax and that it is UTF-8.",
};

const struct problem_kind PROBLEM_UNKNOWN_KEY = {
    400,
    "unknown-key",
    "알 수 없는 항목이 있습니다. 해당 항목을 빼거나 이름을 확인해 주십시오.",
    "The body has a key that is not known. Remove it or check its spelling.",
};

const struct problem_kind PROBLEM_MISSING_KEY = {
    400,
    "missing-key",
    "필수 항목이 빠졌습니다. 해당 항목을 채워 다시 보내 주십시오.",
    "A required key is missing. Add it and send the request again.",
};

const struct problem_kind PROBLEM_WRONG_VALUE = {
    400,
    "wrong-value",
    "값이 허용되는 형식이나 범위를 벗어났습니다. 값을 확인해 주십시오.",
    "A value is of the wrong type or out of range. Check the value.",
};

const struct problem_kind PROBLEM_UNSIGNED = {
    401,
    "signature-missing",
    "이 요청에는 서명이 필요합니다. 등록된 키로 서명하여 다시 보내 주십시오.",
    "This request must be signed. Sign it with a registered key and send it again.",
};

const struct problem_kind PROBLEM_BAD_SIGNATURE = {
    401,
    "signature-wrong",
    "요청 서명이 올바르지 않습니다. 서명 대상 항목과 서명 키를 확인해 주십시오.",
    "The request's signature is not right. Check what it covers and the key that made it.",
};

const struct problem_kind PROBLEM_UNKNOWN_CREDENTIAL = {
    401,
    "key-unknown",
    "등록되지 않은 키로 서명한 요청입니다. 키 등록 여부를 운영자에게 확인해 주십시오.",
    "The request is signed with a key that is not registered. Ask an operator to register it.",
};

const struct problem_kind PROBLEM_EXPIRED_CREDENTIAL = {
    401,
    "key-expired",
    "서명 키의 유효기간이 아닙니다. 유효한 키로 다시 서명해 주십시오.",
    "The signing key is not valid at this time. Sign with a key that is.",
};

const struct problem_kind PROBLEM_STALE_SIGNATURE = {
    401,
    "signature-stale",
    "서명 시각이 허용 범위(120초)를 벗어났습니다. 시계를 맞추고 다시 서명해 주십시오.",
    "The signature was not made within 120 seconds of now. Set the clock and sign again.",
};

const struct problem_kind PROBLEM_REPLAYED = {
    401,
    "nonce-replayed",
    "이미 사용한 서명입니다. 새 일회용 값(nonce)으로 다시 서명해 주십시오.",
    "This signature was used before. Sign again with a new nonce.",
};

const struct problem_kind PROBLEM_BAD_DIGEST = {
    400,
    "content-digest-wrong",
    "본문이 Content-Digest와 일치하지 않습니다. 본문이 전송 중에 바뀌지 않았는지 확인해 주십시오.",
    "The body does not match Content-Digest. Check that nothing changed it on the way.",
};

const struct problem_kind PROBLEM_FORBIDDEN = {
    403,
    "role-not-allowed",
    "이 작업을 할 권한이 없습니다. 권한이 있는 역할의 키로 서명해 주십시오.",
    "This key's role may not do this. Sign with the key of a role that may.",
};

const struct problem_kind PROBLEM_NOT_FOUND = {
    404,
    "not-found",
    "요청하신 대상을 찾을 수 없습니다. 주소와 식별자를 확인해 주십시오.",
    "There is nothing at this address. Check the path and the identifier.",
};

const struct problem_kind PROBLEM_WRONG_METHOD = {
    405,
    "method-not-allowed",
    "이 주소에서는 지원하지 않는 메서드입니다. Allow 헤더의 메서드를 사용해 주십시오.",
    "This address does not answer this method. Use one that the Allow header names.",
};

const struct problem_kind PROBLEM_NOT_ACCEPTABLE = {
    406,
    "not-acceptable",
    "요청하신 형식으로는 제공하지 않습니다. Accept 헤더를 확인해 주십시오.",
    "This is not available in a format the request accepts. Check the Accept header.",
};

const struct problem_kind PROBLEM_TIMEOUT = {
    408,
    "request-timeout",
    "요청이 제시간에 도착하지 않았습니다. 연결 상태를 확인하고 다시 보내 주십시오.",
    "The request did not arrive in time. Check the connection and send it again.",
};

const struct problem_kind PROBLEM_KEY_REUSED = {
    409,
    "idempotency-key-reused",
    "같은 Idempotency-Key로 다른 내용이 접수되어 있습니다. 새 키로 다시 보내 주십시오.",
    "This Idempotency-Key was used with another body. Use a new key for a new request.",
};

const struct problem_kind PROBLEM_CONFLICT = {
    409,
    "conflict",
    "지금 상태에서는 처리할 수 없는 요청입니다. 상태를 다시 확인해 주십시오.",
    "The request cannot be carried out in the present state. Look at the state again.",
};

const struct problem_kind PROBLEM_TOO_LARGE = {
    413,
    "body-too-large",
    "본문이 허용 크기를 넘었습니다. 나누어 보내 주십시오.",
    "The body is larger than is allowed here. Send it in parts.",
};

const struct problem_kind PROBLEM_WRONG_TYPE = {
    415,
    "content-type-not-supported",
    "지원하지 않는 Content-Type입니다. 문서에 적힌 형식으로 보내 주십시오.",
    "This Content-Type is not supported. Send one that the documentation names.",
};

const struct problem_kind PROBLEM_HEAD_TOO_LARGE = {
    431,
    "head-too-large",
    "요청 헤더가 허용 크기나 개수를 넘었습니다. 헤더를 줄여 주십시오.",
    "The request's headers are too large or too many. Send fewer.",
};

const struct problem_kind PROBLEM_KEY_MISSING = {
    400,
    "idempotency-key-missing",
    "Idempotency-Key 헤더가 없거나 형식이 맞지 않습니다. 요청마다 고유한 키를 넣어 주십시오.",
    "The Idempotency-Key header is missing or malformed. Send one unique key per request.",
};

const struct problem_kind PROBLEM_INTERNAL = {
    500,
    "internal-error",
    "서버에서 오류가 발생했습니다. 잠시 후 다시 시도하고, 계속되면 운영자에게 알려 주십시오.",
    "Something went wrong on the server. Try again, and tell the operator if it persists.",
};

const struct problem_kind PROBLEM_OVERLOADED = {
    503,
    "overloaded",
    "요청이 많아 지금은 처리할 수 없습니다. Retry-After에 적힌 시간 뒤에 다시 시도해 주십시오.",
    "The service is busy. Try again after the time that Retry-After names.",
};

const struct problem_kind PROBLEM_UNAVAILABLE = {
    503,
    "database-unavailable",
    "데이터베이스에 연결할 수 없습니다. 접수된 것은 없으니 잠시 후 다시 시도해 주십시오.",
    "The database is away. Nothing was accepted; try again in a moment.",
};
