# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with deploy/up and its other parts
#
# For deploy/up: the demonstration, step by step through the same API that everybody uses. Each step
# looks at where the ballot stands and repeats nothing: keys of requests are the same every time.
# Sourced, never run.

FISCAL_YEAR=2023
FUNDING_SOURCE=district
LIMIT_KRW=500000000
VOTERS=1577
WAIT_SECONDS=60

# Votes a request; small, so that the bar moves and an interruption loses little.
BATCH=50

# One line each: when the votes of a day come in.
DAYS=(2022-09-19 2022-09-20 2022-09-21 2022-09-22 2022-09-23)
CLOSING_TIME="2022-09-23T18:00:01+09:00"
CERTIFYING_TIME="2022-09-26T10:00:00+09:00"
BUDGET_TIME="2022-12-16T15:00:00+09:00"

OPERATORS=(operator:demo-kim operator:demo-lee)
OPERATOR=${OPERATORS[0]}
FRONT_END=front-end:demo-portal
STAFF=staff:demo-staff

# generate ARGUMENTS...: part=ballot, part=day day=N
generate() {
    local setting arguments=()

    for setting; do
        arguments+=(-v "$setting")
    done
    awk "${arguments[@]}" -f "$demo/district.awk" "$demo/projects.tsv"
}

# A UUID that is the same for the same text.
uuid_of() {
    local hash

    hash=$(printf '%s' "$1" | sha256sum)
    printf '%s-%s-8%s-a%s-%s' "${hash:0:8}" "${hash:8:4}" "${hash:13:3}" "${hash:17:3}" "${hash:20:12}"
}

# ask DESCRIPTION ROLE:ID ARGUMENTS...: the command's JSON, or the end with its own words.
ask() {
    local key=$1
    shift

    signed "$key" "$@" --json 2>"$data/log/command.log" ||
        fail "hyeopchi $1 $2: $(last_line "$data/log/command.log")" \
            "hyeopchi $1 $2: $(last_line "$data/log/command.log")"
}

# Sets state to where the ballot stands.
look() {
    state=$(ask "$OPERATOR" ballot show "$ballot_id" | jq -r .state)
}

# Both operators approve: open, close or certify.
approve() {
    local operator

    for operator in "${OPERATORS[@]}"; do
        ask "$operator" ballot "$1" "$ballot_id" >/dev/null
    done
}

await_state() {
    ask "$OPERATOR" ballot wait "$ballot_id" --state "$1" --timeout "$WAIT_SECONDS" >/dev/null
}

ballot_make() {
    local title

    generate part=ballot | put "$data/ballots/ballot.json"
    ask "$OPERATOR" ledger limit set --year "$FISCAL_YEAR" --source "$FUNDING_SOURCE" \
        --amount "$LIMIT_KRW" >/dev/null
    ballot_id=$(ask "$OPERATOR" ballot create --definition "$data/ballots/ballot.json" \
        --idempotency-key "$(uuid_of demonstration-ballot)" | jq -r .ballot_id)
    [ -n "$ballot_id" ] || fail "투표를 만들지 못했습니다" "the ballot could not be made"
    title=$(jq -r .title "$data/ballots/ballot.json")
    step "투표: $title" "ballot: $title"
}

ballot_open() {
    look
    case $state in
        draft) approve open ;;
        opening) ;;
        *) return 0 ;;
    esac
    await_state open
    say "   운영자 두 명이 개시를 승인했고, 원장이 재원을 예약했습니다." \
        "   Two operators approved opening; the ledger reserved the budget."
}

# What was fed before is not fed again; what was half fed is sent again under the same keys.
ballot_feed() {
    local i day file

    for i in "${!DAYS[@]}"; do
        day=$((i + 1))
        file=$data/ballots/day-$day.pb
        clock_reach "${DAYS[i]}T10:00:00+09:00"
        if [ -f "$file.fed" ]; then
            continue
        fi
        generate part=day day="$day" | put "$file"
        say "   ${DAYS[i]} ($day/${#DAYS[@]}일째)" "   ${DAYS[i]} (day $day of ${#DAYS[@]})"
        attend "$programs/hyeopchi" vote import "$file" --ballot "$ballot_id" --batch "$BATCH" \
            --key-file "$(key_file "$FRONT_END")" --staff-key-file "$(key_file "$STAFF")" \
            --subject-key-file "$data/keys/subject-key" \
            >"$data/log/import.log" ||
            fail "${DAYS[i]} 의 표를 모두 보내지 못했습니다" "not all votes of ${DAYS[i]} could be sent"
        as_user touch "$file.fed"
    done
}

ballot_finish() {
    local voters

    look
    if [ "$state" = open ]; then
        ballot_feed
        clock_reach "$CLOSING_TIME"
        approve close
    fi
    clock_reach "$CERTIFYING_TIME"
    await_state counted
    voters=$(ask "$OPERATOR" ballot turnout "$ballot_id" | jq -r .voters)
    [ "$voters" = "$VOTERS" ] ||
        fail "투표자가 $VOTERS 명이어야 하는데 $voters 명입니다" "there should be $VOTERS voters, not $voters"
    look
    if [ "$state" = counted ]; then
        say "   마감하고 개표했습니다. 운영자 두 명이 결과를 확정합니다." \
            "   Closed and counted. Two operators certify the result."
        approve certify
    fi
    await_state certified
}

# Sets winners to a line "option programme cost" for each, in listed order.
find_winners() {
    local ballot result

    ballot=$(ask "$OPERATOR" ballot show "$ballot_id")
    result=$(ask "$OPERATOR" ballot result "$ballot_id")
    winners=$(jq -rn --argjson ballot "$ballot" --argjson result "$result" '
        $result.funded as $funded | $ballot.options[] | select(.id as $id | $funded | index($id))
        | "\(.id) \(.programme) \(.cost_krw)"')
    [ -n "$winners" ] || fail "선정된 사업이 없습니다" "nothing was selected"
}

# Sets lines to the ledger's budget lines, as it tells them itself.
find_lines() {
    lines=$(ask "$OPERATOR" ledger lines --year "$FISCAL_YEAR" --source "$FUNDING_SOURCE" |
        jq -c '[.[] | .programme as $programme | .stages[] | {programme: $programme, stage}]')
}

# Sets report to the published report, and lines to its budget lines.
find_report() {
    report=$(ask "$OPERATOR" reporting show "$ballot_id")
    lines=$(jq -c 'if .state == "certified" then .lines else [] end' <<<"$report")
}

# await_stage SERVICE FIND STAGE: until the lines that FIND finds have every winner at the stage.
await_stage() {
    local fifths=$((WAIT_SECONDS * 5)) missing

    while :; do
        "$2"
        missing=$(jq -rn --arg winners "$winners" --arg stage "$3" --argjson lines "$lines" '
            [$lines[] | select(.stage == $stage) | .programme] as $there
            | $winners | split("\n")[] | split(" ")[1] | select(. as $one | $there | index($one) | not)')
        if [ -z "$missing" ]; then
            return
        fi
        [ "$fifths" -gt 0 ] ||
            fail "$1 에 $3 단계가 나타나지 않습니다 (${missing%%$'\n'*}): $(last_error "$data/log/$1.log")" \
                "$1 does not show $3 of ${missing%%$'\n'*}: $(last_error "$data/log/$1.log")"
        fifths=$((fifths - 1))
        sleep 0.2
    done
}

budget_appropriate() {
    local option programme cost

    find_winners
    await_stage ledger find_lines M10
    step "본예산 편성 (당선 사업마다 운영자가 원장에 기록)" \
        "appropriating each winner in the main budget, by an operator"
    clock_reach "$BUDGET_TIME"
    while read -r option programme cost; do
        ask "$OPERATOR" ledger appropriate --year "$FISCAL_YEAR" --source "$FUNDING_SOURCE" \
            --programme "$programme" --amount "$cost" --date "$FISCAL_YEAR-01-01" \
            --document "시연 2023년도 본예산 ($option)" \
            --idempotency-key "$(uuid_of "$ballot_id appropriation $programme")" </dev/null >/dev/null
    done <<<"$winners"
    await_stage ledger find_lines S10
    await_stage reporting find_report S10
}

# A ballot for whoever looks on: open from now on the demonstration's calendar, for most of a year. Its
# request has one key for ever, so that it is made once.
district_invite() {
    local opens closes invited

    opens=$(date -u -d "@$(((clock_offset_ms + $(wall_ms)) / 1000))" +%FT%TZ)
    closes=$(date -u -d "@$(((clock_offset_ms + $(wall_ms)) / 1000 + 300 * 86400))" +%FT%TZ)
    if [ ! -f "$data/ballots/invitation.json" ]; then
        jq --arg opens "$opens" --arg closes "$closes" --argjson year "$((FISCAL_YEAR + 1))" \
            '.title |= sub("[0-9]{4}"; $year | tostring) + ": 직접 해 보는 투표"
             | .budget_year = $year | .opens_at = $opens | .closes_at = $closes' \
            "$data/ballots/ballot.json" | put "$data/ballots/invitation.json"
    fi
    ask "$OPERATOR" ledger limit set --year "$((FISCAL_YEAR + 1))" --source "$FUNDING_SOURCE" \
        --amount "$LIMIT_KRW" >/dev/null
    invited=$(ask "$OPERATOR" ballot create --definition "$data/ballots/invitation.json" \
        --idempotency-key "$(uuid_of invitation-ballot)" | jq -r .ballot_id)
    if [ "$(ask "$OPERATOR" ballot show "$invited" | jq -r .state)" = draft ]; then
        local operator

        for operator in "${OPERATORS[@]}"; do
            ask "$operator" ballot open "$invited" >/dev/null
        done
        ask "$OPERATOR" ballot wait "$invited" --state open --timeout "$WAIT_SECONDS" >/dev/null
    fi
    invitation=$portal_url/ballots/$invited
}

district_play() {
    ballot_make
    ballot_open
    ballot_finish
    budget_appropriate
}
