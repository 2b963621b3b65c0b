# SPDX-License-Identifier: Apache-2.0
"""A consumer that stands in for reporting and hears participation's stream until the first ballot that
is opened; then it stops in the midst of applying that event, and says where.

    hasty_consumer.py hasty|careful PARTICIPATION-CONNINFO REPORTING-CONNINFO

`hasty` saves its offset in one transaction and the effect in another, which is the defect that the
checker must notice; `careful` does both in one. Between offset and effect it prints "between" and
waits for the end of its input, and is killed there by the test.
"""

import hashlib
import os
import struct
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]

import psycopg2

from wire_format import Event

BEGIN = (
    "INSERT INTO event.consumer_offset (consumer, stream, epoch, next_seq, chain)"
    " VALUES ('reporting', 'participation', 0, 1, %s) ON CONFLICT DO NOTHING"
)
OFFSET = "SELECT next_seq, chain FROM event.consumer_offset WHERE stream = 'participation'"
LOG = (
    "SELECT seq, envelope FROM event.log WHERE stream = 'participation' AND seq >= %s ORDER BY seq"
)
MOVE = "UPDATE event.consumer_offset SET next_seq = %s, chain = %s WHERE stream = 'participation'"
EFFECT = (
    "INSERT INTO reporting.turnout (district, ballot_id, batch_no, voters)"
    " VALUES ('seongdong', %s, 1, 1)"
)


def main():
    order, source, target = sys.argv[1:]
    log, own = psycopg2.connect(source), psycopg2.connect(target)
    cursor, reader = own.cursor(), log.cursor()
    cursor.execute(BEGIN, (psycopg2.Binary(bytes(32)),))
    own.commit()
    cursor.execute(OFFSET)
    next_seq, chain = cursor.fetchone()
    chain = bytes(chain)
    reader.execute(LOG, (next_seq,))
    for seq, envelope in reader.fetchall():
        envelope = bytes(envelope)
        chain = hashlib.sha256(chain + struct.pack(">Q", seq) + envelope).digest()
        event = Event("participation", seq, envelope)
        cursor.execute(MOVE, (seq + 1, psycopg2.Binary(chain)))
        if event.kind == "ballot.opened":
            if order == "hasty":
                own.commit()
            print("between", flush=True)
            sys.stdin.read()
            cursor.execute(EFFECT, (event.message().text(1),))
        own.commit()
    print("nothing was opened", flush=True)


main()
