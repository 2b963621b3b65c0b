-- SPDX-License-Identifier: Apache-2.0
-- Schema event: the log of what this service has said, how far it has read what others said, and
-- what it could not digest. Every service's database has it. event.log never changes once written.

CREATE SCHEMA event;

COMMENT ON SCHEMA event IS 'Events said and heard by this service.';

-- A domain's CHECK is read once in a session, a table's anew in every statement.
CREATE DOMAIN event.chain AS bytea CHECK (octet_length(value) = 32);
CREATE DOMAIN event.epoch AS bigint CHECK (value >= 1);
CREATE DOMAIN event.seq AS bigint CHECK (value >= 1);
CREATE DOMAIN event.term AS bigint CHECK (value >= 1);

CREATE TABLE event.stream_head (
    stream text NOT NULL,
    epoch event.epoch NOT NULL,
    seq bigint NOT NULL,
    low_seq event.seq NOT NULL,
    leader_term event.term NOT NULL,
    leader_id text NOT NULL,
    chain event.chain NOT NULL,
    updated_at_ms bigint NOT NULL,
    CONSTRAINT stream_head_pk PRIMARY KEY (stream),
    CONSTRAINT stream_head_seq_check CHECK (seq >= 0 AND low_seq <= seq + 1)
) WITH (fillfactor = 50);

COMMENT ON TABLE event.stream_head IS
'The end of each stream this service says, and who may append to it. One row a stream.';
COMMENT ON COLUMN event.stream_head.stream IS 'Name of the stream: the name of the service.';
COMMENT ON COLUMN event.stream_head.epoch IS
'Grows when history was restored or lossily failed over.';
COMMENT ON COLUMN event.stream_head.seq IS 'Number of the newest event; 0 before any.';
COMMENT ON COLUMN event.stream_head.low_seq IS 'Number of the oldest event that is kept.';
COMMENT ON COLUMN event.stream_head.leader_term IS
'Fencing term: raised by every new leader; only the leader that knows it may append.';
COMMENT ON COLUMN event.stream_head.leader_id IS 'Which process leads, for operators.';
COMMENT ON COLUMN event.stream_head.chain IS
'SHA-256(chain before || be64(seq) || envelope) of the newest event; 32 zero bytes before any.';
COMMENT ON COLUMN event.stream_head.updated_at_ms IS
'When the row was last written, UTC milliseconds since 1970.';

CREATE TABLE event.log (
    stream text NOT NULL,
    seq event.seq NOT NULL,
    epoch event.epoch NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    envelope bytea NOT NULL,
    chain event.chain NOT NULL,
    CONSTRAINT log_pk PRIMARY KEY (stream, seq)
);

COMMENT ON TABLE event.log IS
'Every event this service has said: dense numbers in commit order. Append-only.';
COMMENT ON COLUMN event.log.stream IS 'Name of the stream.';
COMMENT ON COLUMN event.log.seq IS 'Number of the event in its stream: 1, 2, 3 and so on.';
COMMENT ON COLUMN event.log.epoch IS 'Epoch of the stream when the event was said.';
COMMENT ON COLUMN event.log.event_id IS 'UUIDv7 of the event.';
COMMENT ON COLUMN event.log.type IS 'What happened: kr.hyeopchi.service.noun.past-verb.v1.';
COMMENT ON COLUMN event.log.envelope IS 'The bytes that were published.';
COMMENT ON COLUMN event.log.chain IS
'SHA-256(chain before || be64(seq) || envelope); 32 zero bytes before the first event.';

CREATE TABLE event.consumer_offset (
    consumer text NOT NULL,
    stream text NOT NULL,
    epoch bigint NOT NULL,
    next_seq event.seq NOT NULL,
    chain event.chain NOT NULL,
    CONSTRAINT consumer_offset_pk PRIMARY KEY (consumer, stream)
) WITH (fillfactor = 50);

COMMENT ON TABLE event.consumer_offset IS
'How far this service has applied the streams of others; moved in the transaction of the effect.';
COMMENT ON COLUMN event.consumer_offset.consumer IS 'Who hears: the name of this service.';
COMMENT ON COLUMN event.consumer_offset.stream IS 'Whom it hears.';
COMMENT ON COLUMN event.consumer_offset.epoch IS 'Epoch of the stream that next_seq belongs to.';
COMMENT ON COLUMN event.consumer_offset.next_seq IS 'Number of the next event to apply.';
COMMENT ON COLUMN event.consumer_offset.chain IS
'Chain at next_seq - 1, to tell whether histories agree.';

CREATE TABLE event.dead_letter (
    consumer text NOT NULL,
    stream text NOT NULL,
    epoch bigint NOT NULL,
    seq event.seq NOT NULL,
    type text NOT NULL,
    envelope bytea NOT NULL,
    error_code text NOT NULL,
    attempts integer NOT NULL,
    state text NOT NULL DEFAULT 'parked',
    created_at_ms bigint NOT NULL,
    resolved_at_ms bigint,
    resolved_by text,
    reason text,
    CONSTRAINT dead_letter_pk PRIMARY KEY (consumer, stream, epoch, seq),
    CONSTRAINT dead_letter_attempts_check CHECK (attempts >= 1),
    CONSTRAINT dead_letter_state_check CHECK (state IN ('parked', 'retried', 'discarded')),
    CONSTRAINT dead_letter_resolved_check CHECK (
        (state = 'parked') = (resolved_at_ms IS NULL)
        AND (state = 'parked') = (resolved_by IS NULL)
        AND (state = 'parked') = (reason IS NULL)
    )
);

COMMENT ON TABLE event.dead_letter IS
'Events that could not be applied, until an operator decides about them.';
COMMENT ON COLUMN event.dead_letter.consumer IS 'Who could not apply it: the name of this service.';
COMMENT ON COLUMN event.dead_letter.stream IS 'Whose event it is.';
COMMENT ON COLUMN event.dead_letter.epoch IS 'Epoch of the event.';
COMMENT ON COLUMN event.dead_letter.seq IS 'Number of the event in its stream.';
COMMENT ON COLUMN event.dead_letter.type IS 'Type of the event; empty when it does not decode.';
COMMENT ON COLUMN event.dead_letter.envelope IS 'The bytes as they were heard.';
COMMENT ON COLUMN event.dead_letter.error_code IS 'Why applying failed: name of the error.';
COMMENT ON COLUMN event.dead_letter.attempts IS 'How often applying was tried.';
COMMENT ON COLUMN event.dead_letter.state IS
'parked: waits for a decision; retried: applied after all; discarded: skipped for good.';
COMMENT ON COLUMN event.dead_letter.created_at_ms IS
'When it was given up, UTC milliseconds since 1970.';
COMMENT ON COLUMN event.dead_letter.resolved_at_ms IS
'When it was decided, UTC milliseconds since 1970.';
COMMENT ON COLUMN event.dead_letter.resolved_by IS 'Which operator decided.';
COMMENT ON COLUMN event.dead_letter.reason IS 'Why the operator decided so.';

-- For the append-only tables of every service:
-- CREATE TRIGGER ... BEFORE UPDATE OR DELETE OR TRUNCATE ... EXECUTE FUNCTION
-- event.refuse_change(), and ENABLE ALWAYS, so that a replica's session cannot change them either.
CREATE FUNCTION event.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only: % is refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END
$$;

COMMENT ON FUNCTION event.refuse_change() IS
'Trigger of append-only tables: refuses UPDATE, DELETE and TRUNCATE, for the owner too.';

CREATE TRIGGER log_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON event.log
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

ALTER TABLE event.log ENABLE ALWAYS TRIGGER log_append_only;

CREATE FUNCTION event.refuse_fenced() RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'another process leads this stream' USING ERRCODE = 'HL001';
END
$$;

COMMENT ON FUNCTION event.refuse_fenced() IS
'Fails the statement of a writer that has lost the lead, and its transaction.';

-- The runtime role is named like the database; the owner of these tables is another.
DO $$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA event TO %I', current_database());
    EXECUTE format('GRANT SELECT, INSERT ON event.log TO %I', current_database());
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE ON event.stream_head, event.consumer_offset, event.dead_letter'
        ' TO %I',
        current_database()
    );
END
$$;
