/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the services, and reading their answers without trusting that any
 * member is there: another release may answer.
 */
#include "cli/survey.h"

#include "runtime/clock.h"

#include <string.h>

static void ask(struct client *client, enum client_service which, struct survey_service *service)
{
    const struct client_request request = {
        .service = which,
        .method = "GET",
        .path = client_key_id(client) != NULL ? "/v1/status" : "/readyz",
        .is_public = true,
        .single = true,
    };
    struct client_response response;

    *service = (struct survey_service){
        .name = client_service_name(which),
        .url = client_url(client, which),
        .asked_at_ms = clock_now_ms(),
    };
    if (client_send(client, &request, &response)) {
        return; /* It has said why. */
    }
    service->answered_at_ms = clock_now_ms();
    service->status = response.status;
    service->answer = json_incref(response.json);
    service->whole = response.status == 200 && client_key_id(client) != NULL &&
                     json_is_string(json_object_get(response.json, "service"));
    client_response_release(&response);
}

void survey_take(struct client *client, struct survey *ret_survey)
{
    *ret_survey = (struct survey){.key_id = client_key_id(client)};
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        ask(client, (enum client_service)i, &ret_survey->services[i]);
    }
}

void survey_release(struct survey *survey)
{
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        json_decref(survey->services[i].answer);
        survey->services[i].answer = NULL;
    }
}

json_t *survey_at(const struct survey_service *service, const char *object, const char *name)
{
    const json_t *from =
        object != NULL ? json_object_get(service->answer, object) : service->answer;

    return json_object_get(from, name);
}

const char *survey_text(const struct survey_service *service, const char *object, const char *name)
{
    const char *text = json_string_value(survey_at(service, object, name));

    return text != NULL ? text : "";
}

int64_t survey_number(const struct survey_service *service, const char *object, const char *name)
{
    return json_integer_value(survey_at(service, object, name));
}

const char *survey_problem(const struct survey_service *service)
{
    return service->status >= 400 ? survey_text(service, NULL, "code") : "";
}

bool survey_is_ready(const struct survey_service *service)
{
    return json_is_true(survey_at(service, NULL, "ready"));
}

int64_t survey_lag(const struct survey *survey, const json_t *subscriber)
{
    const char *stream = json_string_value(json_object_get(subscriber, "stream"));
    const int64_t next_seq = json_integer_value(json_object_get(subscriber, "next_seq"));
    int64_t lag = json_integer_value(json_object_get(subscriber, "lag"));

    for (int i = 0; stream != NULL && i < CLIENT_SERVICE_COUNT; i++) {
        const struct survey_service *publisher = &survey->services[i];

        if (publisher->whole && strcmp(publisher->name, stream) == 0) {
            const int64_t known = survey_number(publisher, "stream", "head_seq") - next_seq + 1;

            lag = known > lag ? known : lag;
        }
    }
    return lag;
}

static bool subscribers_are_well(const struct survey *survey, const struct survey_service *service)
{
    const json_t *list = survey_at(service, NULL, "subscribers");

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *subscriber = json_array_get(list, i);

        if (survey_lag(survey, subscriber) > SURVEY_LAG_MAX ||
            json_integer_value(json_object_get(subscriber, "dead_letters_waiting")) > 0) {
            return false;
        }
    }
    return true;
}

bool survey_is_healthy(const struct survey *survey)
{
    for (int i = 0; i < CLIENT_SERVICE_COUNT; i++) {
        const struct survey_service *service = &survey->services[i];

        if (!survey_is_ready(service) || !subscribers_are_well(survey, service)) {
            return false;
        }
    }
    return true;
}
