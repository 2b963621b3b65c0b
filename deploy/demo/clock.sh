# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with deploy/up and its other parts
#
# For deploy/up: the demonstration's own calendar. The services and the command share a file of 8
# bytes, an offset in milliseconds; the time only ever moves forward, and stands still between runs.
# Sourced, never run.

CLOCK_BEGIN="2022-09-13T10:00:00+09:00"

wall_ms() {
    printf '%s' "$((${EPOCHREALTIME/[^0-9]/} / 1000))"
}

time_ms() {
    date -d "$1" +%s%3N
}

# The time of the demonstration in Korea, for people.
clock_text() {
    TZ=Asia/Seoul date -d "@$(((clock_offset_ms + $(wall_ms)) / 1000))" '+%Y-%m-%d %H:%M' 2>/dev/null
}

# Writes the offset in place and at once, since the file is mapped by those who use it.
clock_write() {
    local i bytes=

    for i in 0 1 2 3 4 5 6 7; do
        if [ "$(printf '\1\0' | od -An -tu2 | tr -d ' ')" = 1 ]; then
            bytes+=$(printf '\\x%02x' $(((clock_offset_ms >> (8 * i)) & 255)))
        else
            bytes+=$(printf '\\x%02x' $(((clock_offset_ms >> (56 - 8 * i)) & 255)))
        fi
    done
    as_user touch "$data/clock"
    printf '%b' "$bytes" | dd of="$data/clock" bs=8 count=1 iflag=fullblock conv=notrunc status=none
}

# Goes on where the last run stopped.
clock_resume() {
    local last_ms

    last_ms=$(cat "$data/clock.time" 2>/dev/null || true)
    if ! [[ $last_ms =~ ^[0-9]+$ ]]; then
        last_ms=$(time_ms "$CLOCK_BEGIN")
    fi
    clock_offset_ms=$((last_ms - $(wall_ms)))
    clock_write
    clock_keep
    export HYEOPCHI_DEMONSTRATION_CLOCK_FILE=$data/clock
}

# Remembers the time for the next run.
clock_keep() {
    if [ -n "${clock_offset_ms:-}" ]; then
        printf '%s\n' "$((clock_offset_ms + $(wall_ms)))" >"$data/clock.time.new"
        mv "$data/clock.time.new" "$data/clock.time"
    fi
}

# clock_reach TIME: moves the clock there unless it is past it already.
clock_reach() {
    local wanted_ms now_ms

    wanted_ms=$(time_ms "$1")
    now_ms=$((clock_offset_ms + $(wall_ms)))
    if [ "$wanted_ms" -gt "$now_ms" ]; then
        clock_offset_ms=$((clock_offset_ms + wanted_ms - now_ms))
        clock_write
        clock_keep
    fi
}
