# SPDX-License-Identifier: Apache-2.0
#
# Makes the demonstration district out of projects.tsv: its ballot, or the votes of one day. The same
# every time and with every awk: the generator of random numbers is its own, and whole numbers only.
# No voter is a real one.
#
#   awk -v part=ballot -f district.awk projects.tsv     the ballot's definition as JSON
#   awk -v part=day -v day=3 -f district.awk projects.tsv    the third day's votes as a Pabulib file
#   awk -v part=count -f district.awk projects.tsv      how many voters, and how many of them revise
#
# 1,577 voters in 5 days, as in the district's vote of 2022. Every tenth of those who voted online on
# an earlier day votes again on a later one, so the votes are more than the voters.
BEGIN {
    FS = "\t"
    DAYS = split("412 338 281 247 299", arrivals, " ")
    VOTERS = 1577
    CHOICES_MAX = 3
    BUDGET_KRW = "320000000"
    AREAS = split("왕십리2동 왕십리도선동 마장동 사근동 행당1동 행당2동 응봉동 금호1가동 금호2·3가동 " \
        "금호4가동 옥수동 성수1가1동 성수1가2동 성수2가1동 성수2가3동 송정동 용답동", areas, " ")
    split("22 21 24 14 17 20 16 14 22 13 22 17 19 16 14 12 15", area_weights, " ")
    split("3 14 18 19 20 17 9", age_weights, " ")
    split("15 24 34 45 54 63 76", ages, " ")
    split("web kiosk booth paper", channels, " ")
    split("71 9 14 6", channel_weights, " ")
    state = 20220919
}

/^#/ || NF == 0 { next }

{
    count++
    id[count] = $1
    cost[count] = $2
    weight[count] = $3
    field[count] = $4
    name[count] = $5
}

END {
    if (part == "ballot") {
        print_ballot()
    } else {
        make_voters()
        if (part == "day") {
            print_day(day + 0)
        } else {
            print VOTERS, revised
        }
    }
}

# The minimal standard generator: its products stay below 2^53, where a double is exact.
function random(below) {
    state = (state * 16807) % 2147483647
    return int(state / 2147483647 * below)
}

function pick(weights, length_of, skip,    i, sum, at) {
    sum = 0
    for (i = 1; i <= length_of; i++) {
        sum += (i in skip) ? 0 : weights[i]
    }
    at = random(sum)
    for (i = 1; i <= length_of; i++) {
        at -= (i in skip) ? 0 : weights[i]
        if (at < 0) {
            return i
        }
    }
    return length_of
}

function make_choice(    wanted, i, chosen, text, skip) {
    wanted = 1 + random(10)
    wanted = wanted <= 2 ? 1 : wanted <= 5 ? 2 : CHOICES_MAX
    text = ""
    split("", skip)
    for (i = 1; i <= wanted; i++) {
        chosen = pick(weight, count, skip)
        skip[chosen] = 1
        text = text (i > 1 ? "," : "") id[chosen]
    }
    return text
}

# lines[day] are the rows of a day's file; rows[day] is how many.
function make_voters(    day_of, n, voter, none, about, channel, later) {
    split("", none)
    voter = 0
    for (day_of = 1; day_of <= DAYS; day_of++) {
        for (n = 1; n <= arrivals[day_of]; n++) {
            voter++
            channel = channels[pick(channel_weights, 4, none)]
            about = ages[pick(age_weights, 7, none)] ";" (random(100) < 54 ? "F" : "M") ";" \
                areas[pick(area_weights, AREAS, none)]
            add_row(day_of, voter, about, channel)
            if (channel == "web" && day_of < DAYS && random(10) == 0) {
                later = day_of + 1 + random(DAYS - day_of)
                add_row(later, voter, about, channel)
                revised++
            }
        }
    }
}

function add_row(day_of, voter, about, channel) {
    rows[day_of]++
    lines[day_of] = lines[day_of] sprintf("시연-%04d;%s;%s;%s\n", voter, make_choice(), about, channel)
}

function print_day(day_of,    i) {
    print "META"
    print "key;value"
    print "description;2023 성동구 협치의제 주민투표 (시연 자료)"
    print "comment;made up for a demonstration, no real vote is in it"
    print "num_projects;" count
    print "num_votes;" rows[day_of]
    print "budget;" BUDGET_KRW
    print "vote_type;approval"
    print "rule;greedy"
    print "min_length;1"
    print "max_length;" CHOICES_MAX
    print "PROJECTS"
    print "project_id;cost;name"
    for (i = 1; i <= count; i++) {
        print id[i] ";" cost[i] ";" name[i]
    }
    print "VOTES"
    print "voter_id;vote;age;sex;neighborhood;voting_method"
    printf "%s", lines[day_of]
}

function print_ballot(    i) {
    print "{"
    print "  \"title\": \"2023 성동구 협치의제 주민투표 (시연 자료)\","
    print "  \"budget_year\": 2023,"
    print "  \"funding_source\": \"district\","
    print "  \"budget_krw\": " BUDGET_KRW ","
    print "  \"method\": \"approval\","
    print "  \"rule\": \"greedy\","
    print "  \"opens_at\": \"2022-09-19T09:00:00+09:00\","
    print "  \"closes_at\": \"2022-09-23T18:00:00+09:00\","
    print "  \"min_options\": 1,"
    print "  \"max_options\": " CHOICES_MAX ","
    print "  \"channels\": [\"web\", \"kiosk\", \"booth\", \"paper\"],"
    print "  \"bases\": [\"resident-register\"],"
    printf "  \"areas\": ["
    for (i = 1; i <= AREAS; i++) {
        printf "%s\"%s\"", (i > 1 ? ", " : ""), areas[i]
    }
    print "],"
    print "  \"options\": ["
    for (i = 1; i <= count; i++) {
        printf "    {\"id\": \"%s\", \"name\": \"%s\", \"cost_krw\": %s, ", id[i], name[i], cost[i]
        printf "\"field\": \"%s\", \"programme\": \"2023-협치-%s\"}%s\n", field[i], \
            substr(id[i], index(id[i], "-") + 1), i < count ? "," : ""
    }
    print "  ]"
    print "}"
}
