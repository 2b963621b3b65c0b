/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A jury's scores as bytes and back. One set of scores must have one encoding.
 */
#include "participation/domain/jury.h"

#include <assert.h>
#include <string.h>

#include "participation/domain/ballot_check_parts.h"
#include "participation/domain/encode.h"

int64_t jury_score_max(const struct ballot_definition *definition, uint32_t jurors)
{
    static_assert(BALLOT_JURY_SCORE_MAX <= INT32_MAX / JURY_UNITS / JURY_MEMBERS_MAX, "it fits");
    assert(definition->jury.max_score <= BALLOT_JURY_SCORE_MAX);
    assert(jurors <= JURY_MEMBERS_MAX);

    return (int64_t)jurors * definition->jury.max_score * JURY_UNITS;
}

bool jury_scores_are_sound(const struct ballot_definition *definition,
                           const struct jury_scores *scores)
{
    assert(definition->jury.present);
    assert(definition->option_count <= BALLOT_OPTION_MAX);

    if (scores->jurors < 1 || scores->jurors > JURY_MEMBERS_MAX ||
        ballot_text_reason(scores->source, true) != BALLOT_REFUSAL_NONE ||
        scores->count != definition->option_count) {
        return false;
    }
    for (size_t i = 0; i < scores->count; i++) {
        if (scores->scores[i] < 0 ||
            scores->scores[i] > jury_score_max(definition, scores->jurors)) {
            return false;
        }
    }
    return true;
}

size_t jury_scores_encode(const struct jury_scores *scores, uint8_t ret_bytes[JURY_BYTES_MAX])
{
    struct encoder encoder;
    size_t length = 0;
    enum err err;

    assert(scores->jurors > 0);
    assert(scores->count <= BALLOT_OPTION_MAX);

    encoder_init(&encoder, ret_bytes, JURY_BYTES_MAX);
    encode_u16(&encoder, (uint16_t)scores->jurors);
    encode_str(&encoder, scores->source);
    encode_count(&encoder, scores->count);
    for (size_t i = 0; i < scores->count; i++) {
        assert(scores->scores[i] >= 0);
        encode_u64(&encoder, (uint64_t)scores->scores[i]);
    }
    err = encoder_finish(&encoder, &length);
    assert(err == ERR_OK); /* Sound scores fit. */
    (void)err;             /* Only read by the assertion. */
    return length;
}

enum err jury_scores_decode(const struct ballot_definition *definition, const uint8_t *bytes,
                            size_t length, struct jury_scores *ret)
{
    struct jury_scores scores = {0};
    struct decoder decoder;
    size_t count;

    assert(bytes != NULL || length == 0);
    assert(ret != NULL);

    decoder_init(&decoder, bytes, length);
    scores.jurors = decode_u16(&decoder);
    decode_str(&decoder, scores.source, sizeof scores.source);
    count = decode_u16(&decoder);
    for (size_t i = 0; i < count && i < BALLOT_OPTION_MAX; i++) {
        const uint64_t score = decode_u64(&decoder);

        scores.scores[i] = score <= INT64_MAX ? (int64_t)score : -1;
    }
    scores.count = count;
    if (decoder_finish(&decoder) != ERR_OK || !definition->jury.present ||
        !jury_scores_are_sound(definition, &scores)) {
        return ERR_INVALID;
    }
    *ret = scores;
    return ERR_OK;
}

enum err jury_score_parse(const char *text, int64_t *ret_score)
{
    struct decimal number = {0};
    bool comma = false;

    assert(text != NULL);
    assert(ret_score != NULL);

    if (text[0] < '0' || text[0] > '9' ||
        decimal_parse(text, strlen(text), &comma, &number) != ERR_OK || comma ||
        decimal_rescale(number, JURY_SCALE, ret_score) != ERR_OK) {
        return ERR_INVALID;
    }
    return ERR_OK;
}
