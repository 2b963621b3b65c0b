/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handlers of voting, in the order in which a person meets them: identity
 * -> vote -> confirm -> receipt. Context is the struct portal. Loop thread.
 */
#ifndef HYEOPCHI_PARTICIPATION_WEB_VOTING_H
#define HYEOPCHI_PARTICIPATION_WEB_VOTING_H

#include "participation/domain/vote.h"
#include "participation/web/portal.h"
#include "runtime/http.h"

void show_identity(struct http_request *request, void *portal);
void take_identity(struct http_request *request, void *portal);
void show_vote(struct http_request *request, void *portal);
void take_vote(struct http_request *request, void *portal);
void show_confirm(struct http_request *request, void *portal);
void take_confirm(struct http_request *request, void *portal);
void show_receipt(struct http_request *request, void *portal);
void show_receipt_file(struct http_request *request, void *portal);
void take_leave(struct http_request *request, void *portal);

/* subject = M(K_join, "subject", ballot id || CI): what takes the place of the person in a vote. */
void identity_subject(const uint8_t join_key[PORTAL_KEY_SIZE],
                      const uint8_t ballot_id[CRYPTO_UUID_SIZE], const char *ci,
                      uint8_t ret_subject[VOTE_SUBJECT_SIZE]);

#endif
