-- SPDX-License-Identifier: Apache-2.0
-- Participation's own tables: ballots and their approvals, the roll (who has voted), the box (what
-- was chosen), and what is needed to give the same answer again. Run by the owner role; the
-- service's role is `participation`, which gets only what it uses.
--
-- The roll and the box are two stores. The roll is keyed by vtag, the box by nullifier; the key
-- that leads from one to the other is a file and is destroyed after the objection period. No row
-- holds a name, a subject, an address or a time of day beside a choice.

CREATE SCHEMA participation;
COMMENT ON SCHEMA participation IS 'Ballots and votes.';
GRANT USAGE ON SCHEMA participation TO participation;

-- What a single value must be is said by its domain, and not by a CHECK of the table: PostgreSQL
-- reads a table's CHECKs anew in every statement, a domain's once in a session.
CREATE DOMAIN participation.ballot_state AS text CHECK (
    value IN ('draft', 'opening', 'open', 'closed', 'counted', 'certified')
);
CREATE DOMAIN participation.batch_number AS bigint CHECK (value > 0);
CREATE DOMAIN participation.counter AS bigint CHECK (value >= 0);
CREATE DOMAIN participation.hash AS bytea CHECK (length(value) = 32);
CREATE DOMAIN participation.hash_list AS bytea CHECK (length(value) % 32 = 0);
CREATE DOMAIN participation.idempotency_key AS text CHECK (length(value) BETWEEN 1 AND 255);
CREATE DOMAIN participation.leaf_index AS integer CHECK (value >= 0);
CREATE DOMAIN participation.opening_attempt AS integer CHECK (value >= 0);
CREATE DOMAIN participation.public_key AS bytea CHECK (length(value) = 32);
CREATE DOMAIN participation.revision AS smallint CHECK (value BETWEEN 1 AND 10);
CREATE DOMAIN participation.signature AS bytea CHECK (length(value) = 64);
CREATE DOMAIN participation.turnout_cells AS bytea CHECK (length(value) = 12);

CREATE TABLE participation.ballot (
    ballot_id uuid NOT NULL PRIMARY KEY,
    district text NOT NULL,
    state participation.ballot_state NOT NULL,
    definition bytea NOT NULL,
    definition_hash participation.hash NOT NULL,
    opening_attempt participation.opening_attempt NOT NULL DEFAULT 0,
    refusal_code text,
    refusal_shortfall_krw bigint,
    batch_no participation.counter NOT NULL DEFAULT 0,
    voters participation.counter NOT NULL DEFAULT 0,
    revisions participation.counter NOT NULL DEFAULT 0,
    result_json text,
    result_hash participation.hash,
    created_at_ms bigint NOT NULL,
    opened_at_ms bigint,
    closed_at_ms bigint,
    counted_at_ms bigint,
    certified_at_ms bigint,
    created_by text NOT NULL,
    idempotency_key participation.idempotency_key NOT NULL,
    request_hash participation.hash NOT NULL,
    CONSTRAINT ballot_request_unique UNIQUE (created_by, idempotency_key),
    CONSTRAINT ballot_result_check CHECK (
        (state IN ('counted', 'certified')) = (result_json IS NOT NULL)
        AND (result_json IS NULL) = (result_hash IS NULL)
    )
) WITH (fillfactor = 50);
COMMENT ON TABLE participation.ballot IS 'One row a ballot: its definition and where it stands.';
COMMENT ON COLUMN participation.ballot.ballot_id IS 'UUIDv7 of the ballot.';
COMMENT ON COLUMN participation.ballot.district IS 'The district it belongs to.';
COMMENT ON COLUMN participation.ballot.state IS 'Where it stands; only goes forward once open.';
COMMENT ON COLUMN participation.ballot.definition IS 'Canonical bytes; never change.';
COMMENT ON COLUMN participation.ballot.definition_hash IS 'H("ballot", definition).';
COMMENT ON COLUMN participation.ballot.opening_attempt IS
'How often opening was refused: approvals count for one attempt only.';
COMMENT ON COLUMN participation.ballot.refusal_code IS
'Why the ledger refused the last opening; NULL when it did not.';
COMMENT ON COLUMN participation.ballot.refusal_shortfall_krw IS
'By how much the money did not suffice, in won; NULL with refusal_code.';
COMMENT ON COLUMN participation.ballot.batch_no IS
'Number of the last commit of votes; 0 before any.';
COMMENT ON COLUMN participation.ballot.voters IS 'Voters, each counted once.';
COMMENT ON COLUMN participation.ballot.revisions IS 'Votes that revised an earlier one.';
COMMENT ON COLUMN participation.ballot.result_json IS 'The tally; NULL before it was counted.';
COMMENT ON COLUMN participation.ballot.result_hash IS 'H("result", result_json).';
COMMENT ON COLUMN participation.ballot.created_at_ms IS 'UTC milliseconds since 1970.';
COMMENT ON COLUMN participation.ballot.opened_at_ms IS 'UTC milliseconds since 1970.';
COMMENT ON COLUMN participation.ballot.closed_at_ms IS 'UTC milliseconds since 1970.';
COMMENT ON COLUMN participation.ballot.counted_at_ms IS 'UTC milliseconds since 1970.';
COMMENT ON COLUMN participation.ballot.certified_at_ms IS 'UTC milliseconds since 1970.';
COMMENT ON COLUMN participation.ballot.created_by IS 'Id of the operator who created it.';
COMMENT ON COLUMN participation.ballot.idempotency_key IS 'Key of the request that created it.';
COMMENT ON COLUMN participation.ballot.request_hash IS 'SHA-256 of that request''s body.';

CREATE INDEX ballot_state_index ON participation.ballot (state)
WHERE state NOT IN ('draft', 'certified');

CREATE TABLE participation.ballot_approval (
    ballot_id uuid NOT NULL REFERENCES participation.ballot,
    action text NOT NULL CHECK (action IN ('open', 'close', 'certify')),
    attempt integer NOT NULL CHECK (attempt >= 0),
    operator_id text NOT NULL,
    content bytea NOT NULL CHECK (length(content) = 32),
    approved_at_ms bigint NOT NULL,
    PRIMARY KEY (ballot_id, action, attempt, operator_id, content)
);
COMMENT ON TABLE participation.ballot_approval IS
'Which operators approved what. Opening, closing and certifying need two. Append-only.';
COMMENT ON COLUMN participation.ballot_approval.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.ballot_approval.action IS 'What was approved.';
COMMENT ON COLUMN participation.ballot_approval.attempt IS
'The ballot''s opening_attempt at that time.';
COMMENT ON COLUMN participation.ballot_approval.operator_id IS 'Who approved.';
COMMENT ON COLUMN participation.ballot_approval.content IS
'What exactly: the definition''s hash, or the result''s to certify.';
COMMENT ON COLUMN participation.ballot_approval.approved_at_ms IS 'UTC milliseconds since 1970.';

CREATE TABLE participation.roll (
    ballot_id uuid NOT NULL,
    vtag participation.hash NOT NULL,
    rev participation.revision NOT NULL,
    channel smallint NOT NULL,
    cells participation.turnout_cells NOT NULL,
    PRIMARY KEY (ballot_id, vtag)
) WITH (fillfactor = 90);
COMMENT ON TABLE participation.roll IS
'Who has voted, by pseudonym, and the statistics of each voter. Never a choice.';
COMMENT ON COLUMN participation.roll.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.roll.vtag IS 'M(k_t, "vtag", ballot_id || subject). Secret.';
COMMENT ON COLUMN participation.roll.rev IS 'Revision of the voter''s final vote so far.';
COMMENT ON COLUMN participation.roll.channel IS 'Channel of that vote.';
COMMENT ON COLUMN participation.roll.cells IS
'The cell of each turnout table the voter is counted in, a u16 each: area, sex, age band, channel,
basis, day.';

CREATE TABLE participation.vote (
    ballot_id uuid NOT NULL,
    nullifier participation.hash NOT NULL,
    rev participation.revision NOT NULL,
    channel smallint NOT NULL,
    choice bytea NOT NULL,
    blinding participation.hash NOT NULL,
    req_hash participation.hash NOT NULL,
    batch_no participation.batch_number NOT NULL,
    leaf_index participation.leaf_index NOT NULL,
    PRIMARY KEY (ballot_id, nullifier, rev)
);
COMMENT ON TABLE participation.vote IS
'The box: every accepted vote by nullifier, revisions included. Never a voter. Append-only.';
COMMENT ON COLUMN participation.vote.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.vote.nullifier IS 'M(k_n, "null", ballot_id || vtag). Public.';
COMMENT ON COLUMN participation.vote.rev IS '1, 2, 3 …; the highest is the final vote.';
COMMENT ON COLUMN participation.vote.channel IS 'Channel it came through.';
COMMENT ON COLUMN participation.vote.choice IS 'choice_body.';
COMMENT ON COLUMN participation.vote.blinding IS 'r of the commitment.';
COMMENT ON COLUMN participation.vote.req_hash IS 'SHA-256 of the request''s signature base.';
COMMENT ON COLUMN participation.vote.batch_no IS 'The commit that made it durable.';
COMMENT ON COLUMN participation.vote.leaf_index IS 'Its place among the commit''s leaf hashes.';

CREATE TABLE participation.receipt_batch (
    ballot_id uuid NOT NULL,
    batch_no participation.batch_number NOT NULL,
    leaf_hashes participation.hash_list NOT NULL,
    body bytea NOT NULL,
    signature participation.signature NOT NULL,
    key participation.public_key NOT NULL,
    PRIMARY KEY (ballot_id, batch_no)
);
COMMENT ON TABLE participation.receipt_batch IS
'One signed receipt for each commit of votes; every vote has its own path to it. Append-only.';
COMMENT ON COLUMN participation.receipt_batch.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.receipt_batch.batch_no IS '1, 2, 3 … for each ballot.';
COMMENT ON COLUMN participation.receipt_batch.leaf_hashes IS
'The leaf hashes one after another, sorted, so that their order says nothing about arrival.';
COMMENT ON COLUMN participation.receipt_batch.body IS 'The bytes that are signed.';
COMMENT ON COLUMN participation.receipt_batch.signature IS 'Ed25519 over body.';
COMMENT ON COLUMN participation.receipt_batch.key IS 'The public key that verifies it.';

CREATE TABLE participation.vote_request (
    ballot_id uuid NOT NULL,
    request_key participation.hash NOT NULL,
    request_mac participation.hash NOT NULL,
    nullifier participation.hash NOT NULL,
    rev participation.revision NOT NULL,
    PRIMARY KEY (ballot_id, request_key)
);
COMMENT ON TABLE participation.vote_request IS
'Accepted requests, so that the same one gets the same receipt. Append-only.';
COMMENT ON COLUMN participation.vote_request.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.vote_request.request_key IS
'M(k_r, "request-key", role || id || Idempotency-Key || line): keyed, so that it names nobody.';
COMMENT ON COLUMN participation.vote_request.request_mac IS
'M(k_r, "request-body", body): keyed, so that the choice cannot be guessed from it.';
COMMENT ON COLUMN participation.vote_request.nullifier IS 'The vote it became.';
COMMENT ON COLUMN participation.vote_request.rev IS 'And its revision.';

CREATE TABLE participation.turnout (
    ballot_id uuid NOT NULL,
    dimension smallint NOT NULL,
    cell smallint NOT NULL,
    voters bigint NOT NULL,
    PRIMARY KEY (ballot_id, dimension, cell)
) WITH (fillfactor = 50);
COMMENT ON TABLE participation.turnout IS
'Turnout tables: voters in each cell, each voter in one cell of every dimension.';
COMMENT ON COLUMN participation.turnout.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.turnout.dimension IS
'0 area, 1 sex, 2 age band, 3 channel, 4 basis, 5 day.';
COMMENT ON COLUMN participation.turnout.cell IS
'The cell, as the ballot''s definition orders them.';
COMMENT ON COLUMN participation.turnout.voters IS 'How many voters.';

CREATE TRIGGER ballot_approval_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.ballot_approval
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

CREATE TRIGGER vote_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.vote
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

CREATE TRIGGER receipt_batch_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.receipt_batch
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

CREATE TRIGGER vote_request_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.vote_request
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

ALTER TABLE participation.ballot_approval ENABLE ALWAYS TRIGGER ballot_approval_append_only;
ALTER TABLE participation.vote ENABLE ALWAYS TRIGGER vote_append_only;
ALTER TABLE participation.receipt_batch ENABLE ALWAYS TRIGGER receipt_batch_append_only;
ALTER TABLE participation.vote_request ENABLE ALWAYS TRIGGER vote_request_append_only;

GRANT SELECT, INSERT, UPDATE ON
participation.ballot, participation.roll, participation.turnout TO participation;
GRANT SELECT, INSERT ON
participation.ballot_approval, participation.vote, participation.receipt_batch,
participation.vote_request TO participation;
