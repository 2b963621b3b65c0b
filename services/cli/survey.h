/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the three services are, asked once of each: what `hyeopchi status` shows
 * and `hyeopchi doctor` judges. With a key it is what operators may know
 * (/v1/status), without one only whether a service is ready (/readyz). A
 * service that does not answer is part of the survey.
 */
#ifndef HYEOPCHI_CLI_SURVEY_H
#define HYEOPCHI_CLI_SURVEY_H

#include "cli/client.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Beyond this many events a subscriber lags; see SUBSCRIBER_LAG_LIVE. */
enum { SURVEY_LAG_MAX = 1000 };

struct survey_service {
    const char *name; /* "ledger" */
    const char *url;  /* borrowed from the client */
    int status;       /* of HTTP; 0: no answer */
    json_t *answer;   /* NULL when there is none, or it was no JSON */
    bool whole;       /* the answer is an operator's */
    int64_t asked_at_ms;
    int64_t answered_at_ms; /* both by our clock */
};

struct survey {
    struct survey_service services[CLIENT_SERVICE_COUNT];
    const char *key_id; /* NULL: asked without a key; borrowed from the client */
};

/* Asks all three. */
void survey_take(struct client *client, struct survey *ret_survey);
void survey_release(struct survey *survey);

/* A member of the answer, or of one of its objects ("database", "version"; object NULL: the answer
 * itself). NULL when it is not there. Borrowed. */
json_t *survey_at(const struct survey_service *service, const char *object, const char *name);
const char *survey_text(const struct survey_service *service, const char *object, const char *name);
int64_t survey_number(const struct survey_service *service, const char *object, const char *name);

/* The code of the problem that it was refused with; "" when it was not. Borrowed. */
const char *survey_problem(const struct survey_service *service);

bool survey_is_ready(const struct survey_service *service);

/* How many events a subscriber (an element of "subscribers") still has to apply, by what its
 * publisher says where that is known: a subscriber that has stopped no longer hears. */
int64_t survey_lag(const struct survey *survey, const json_t *subscriber);

/* Ready, leading or standing by, nobody lags and no dead letter waits, as far as can be known. */
bool survey_is_healthy(const struct survey *survey);

#endif
