# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with deploy/up and its other parts
#
# For deploy/up: prints what came of it. Every figure is one that a service answered. Sourced, never
# run.

# table: reads a JSON array of rows (arrays of texts; the first is the head) and prints columns of
# equal width. A Hangul syllable takes two cells; texts that are numbers stand on the right.
# shellcheck disable=SC2016 # the variables are jq's
TABLE='
def cells: explode | map(if . >= 4352 and (. <= 4447 or (. >= 11904 and . <= 55203) or
    (. >= 63744 and . <= 64255) or (. >= 65281 and . <= 65376)) then 2 else 1 end) | add // 0;
def spaces($n): if $n > 0 then " " * $n else "" end;
def number: test("^-?[0-9][0-9,]*$");
. as $rows
| [range($rows[0] | length) as $i | $rows | map(.[$i] | cells) | max] as $widths
| $rows[]
| . as $row
| [range(length) as $i | $row[$i] as $text | ($widths[$i] - ($text | cells)) as $rest
    | if ($text | number) then spaces($rest) + $text else $text + spaces($rest) end]
| "  " + join("  ") | sub(" +$"; "")'

# Won with separators.
# shellcheck disable=SC2016
AMOUNT='def won: tostring | explode | reverse | [range(0; length; 3) as $i | .[$i:$i + 3]]
    | map(implode) | join(",") | explode | reverse | implode;'

result_table() {
    jq -n --argjson ballot "$1" --argjson result "$2" --arg korean "$(phrase yes '')" "$AMOUNT"'
        ($result.options | map({(.id): .}) | add) as $by_id
        | [if $korean == "yes" then ["번호", "사업", "사업비(원)", "득표", "결과"]
           else ["id", "project", "cost (won)", "votes", "result"] end]
        + ($ballot.options | map($by_id[.id] as $of
            | [.id, .name, (.cost_krw | won), $of.score,
               if $of.funded then (if $korean == "yes" then "선정" else "funded" end) else "-" end]))' |
        jq -r "$TABLE"
}

budget_table() {
    jq -n --argjson lines "$1" --arg korean "$(phrase yes '')" "$AMOUNT"'
        [if $korean == "yes" then ["세부사업", "회계연도", "재원", "단계", "이름", "금액(원)"]
         else ["programme", "year", "source", "stage", "name", "balance (won)"] end]
        + [$lines[] | [.programme, (.fiscal_year | tostring), .funding_source,
            .stage, .stage_name, (.balance_krw | won)]]' |
        jq -r "$TABLE"
}

tables_print() {
    local ballot result turnout

    ballot=$(ask "$OPERATOR" ballot show "$ballot_id")
    result=$(ask "$OPERATOR" ballot result "$ballot_id")
    turnout=$(ask "$OPERATOR" ballot turnout "$ballot_id")
    printf '\n'
    step "결과: $(jq -r .title <<<"$ballot")" "result: $(jq -r .title <<<"$ballot")"
    say "   투표자 $(jq -r "$AMOUNT"'.voters | won' <<<"$turnout")명, 5일, 다시 투표 $(jq -r .revisions <<<"$turnout")건. 사업비와 표는 시연용으로 만든 것입니다." \
        "   $(jq -r "$AMOUNT"'.voters | won' <<<"$turnout") voters in 5 days, $(jq -r .revisions <<<"$turnout") revised votes. Costs and votes are made up for the demonstration."
    result_table "$ballot" "$result"
    printf '\n'
    step "예산" "budget"
    budget_table "$lines"
    printf '\n'
    tables_print_addresses
}

tables_print_addresses() {
    local address page

    address=$HYEOPCHI_REPORTING_URL
    page=$(jq -r .page <<<"$report")
    say "보고서: $address$page" "report: $address$page"
    say "직접 투표해 보기: $invitation" "vote yourself: $invitation"
    say "  결과 화면:  $portal_url/ballots/$ballot_id/result" "  result page: $portal_url/ballots/$ballot_id/result"
    say "  자료(JSON): $address$(jq -r .path <<<"$report")" "  as JSON: $address$(jq -r .path <<<"$report")"
    say "  이벤트:     curl -N -H 'Accept: text/event-stream' '$address/v1/events'" \
        "  events:  curl -N -H 'Accept: text/event-stream' '$address/v1/events'"
    say "  명령:       . $data/environment && hyeopchi ballot list" \
        "  command: . $data/environment && hyeopchi ballot list"
}
