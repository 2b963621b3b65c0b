-- SPDX-License-Identifier: Apache-2.0
-- Votes on paper. A ballot paper is issued to a voter first, which is a row of the box without a
-- choice (channel 4, choice ''), so that nobody votes in two ways. What is in the envelopes is
-- entered sheet by sheet, by two people, and sealed batch by batch. No row here says whose a sheet
-- is: sheets know neither vtag nor nullifier.

CREATE DOMAIN participation.paper_batch_number AS integer CHECK (value BETWEEN 1 AND 2000);
CREATE DOMAIN participation.paper_entry_number AS smallint CHECK (value BETWEEN 1 AND 10);
CREATE DOMAIN participation.paper_envelope_count AS integer CHECK (value BETWEEN 1 AND 500);
CREATE DOMAIN participation.paper_kind AS smallint CHECK (value BETWEEN 1 AND 6);
CREATE DOMAIN participation.paper_sheet_number AS smallint CHECK (value BETWEEN 1 AND 500);

ALTER TABLE participation.ballot
ADD COLUMN paper_issued participation.counter NOT NULL DEFAULT 0,
ADD COLUMN paper_envelopes participation.counter NOT NULL DEFAULT 0,
ADD COLUMN paper_batches participation.counter NOT NULL DEFAULT 0,
ADD COLUMN paper_sealed participation.counter NOT NULL DEFAULT 0,
ADD COLUMN paper_counted participation.counter NOT NULL DEFAULT 0,
ADD COLUMN paper_completed_at_ms bigint;
COMMENT ON COLUMN participation.ballot.paper_issued IS
'Voters who hold a ballot paper, those who handed it back not among them.';
COMMENT ON COLUMN participation.ballot.paper_envelopes IS 'Envelopes in all batches.';
COMMENT ON COLUMN participation.ballot.paper_batches IS 'Batches of envelopes.';
COMMENT ON COLUMN participation.ballot.paper_sealed IS 'Batches that are sealed.';
COMMENT ON COLUMN participation.ballot.paper_counted IS
'Sheets of sealed batches that are votes; the others are blank or invalid.';
COMMENT ON COLUMN participation.ballot.paper_completed_at_ms IS
'When operators said that no more envelopes will come; NULL when they did not.';

CREATE TABLE participation.paper_cancellation (
    ballot_id uuid NOT NULL REFERENCES participation.ballot,
    nullifier participation.hash NOT NULL,
    rev participation.revision NOT NULL,
    reason participation.public_reason NOT NULL,
    staff_id text NOT NULL,
    cancelled_at_ms bigint NOT NULL,
    PRIMARY KEY (ballot_id, nullifier, rev)
);
COMMENT ON TABLE participation.paper_cancellation IS
'Ballot papers that were handed back or spoilt: they are nobody''s vote. Append-only.';
COMMENT ON COLUMN participation.paper_cancellation.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.paper_cancellation.nullifier IS
'The voter''s public pseudonym.';
COMMENT ON COLUMN participation.paper_cancellation.rev IS 'The revision that the issue was.';
COMMENT ON COLUMN participation.paper_cancellation.reason IS 'Why, as the staff wrote it.';
COMMENT ON COLUMN participation.paper_cancellation.staff_id IS 'Who did it.';
COMMENT ON COLUMN participation.paper_cancellation.cancelled_at_ms IS
'UTC milliseconds since 1970.';

CREATE TABLE participation.paper_batch (
    ballot_id uuid NOT NULL REFERENCES participation.ballot,
    batch_no participation.paper_batch_number NOT NULL,
    envelopes participation.paper_envelope_count NOT NULL,
    sealed_at_ms bigint,
    counted integer CHECK (counted BETWEEN 0 AND envelopes),
    blinding participation.hash,
    sheets_hash participation.hash,
    sheets bytea,
    PRIMARY KEY (ballot_id, batch_no),
    CONSTRAINT paper_batch_sealed_check CHECK (
        (sealed_at_ms IS NULL) = (counted IS NULL)
        AND (sealed_at_ms IS NULL) = (blinding IS NULL)
        AND (sealed_at_ms IS NULL) = (sheets_hash IS NULL)
        AND (sealed_at_ms IS NULL) = (sheets IS NULL)
    )
);
COMMENT ON TABLE participation.paper_batch IS
'Envelopes that were counted together. Once sealed a batch never changes.';
COMMENT ON COLUMN participation.paper_batch.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.paper_batch.batch_no IS '1, 2, 3 …, as the staff number them.';
COMMENT ON COLUMN participation.paper_batch.envelopes IS
'How many envelopes there are: as many sheets must be entered.';
COMMENT ON COLUMN participation.paper_batch.sealed_at_ms IS
'UTC milliseconds since 1970; NULL before, like all that follows.';
COMMENT ON COLUMN participation.paper_batch.counted IS 'Sheets that are votes.';
COMMENT ON COLUMN participation.paper_batch.blinding IS 'r of sheets_hash.';
COMMENT ON COLUMN participation.paper_batch.sheets_hash IS 'What the public board says of it.';
COMMENT ON COLUMN participation.paper_batch.sheets IS
'The sheets as they are published, in the order of their bytes.';

CREATE TABLE participation.paper_batch_count (
    ballot_id uuid NOT NULL,
    batch_no participation.paper_batch_number NOT NULL,
    count_no participation.paper_entry_number NOT NULL,
    envelopes participation.paper_envelope_count NOT NULL,
    reason text NOT NULL,
    staff_id text NOT NULL,
    counted_at_ms bigint NOT NULL,
    PRIMARY KEY (ballot_id, batch_no, count_no),
    FOREIGN KEY (ballot_id, batch_no) REFERENCES participation.paper_batch
);
COMMENT ON TABLE participation.paper_batch_count IS
'How often the envelopes of a batch were counted, and by whom. Append-only.';
COMMENT ON COLUMN participation.paper_batch_count.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.paper_batch_count.batch_no IS 'The batch.';
COMMENT ON COLUMN participation.paper_batch_count.count_no IS '1 when the batch was opened.';
COMMENT ON COLUMN participation.paper_batch_count.envelopes IS 'How many they were.';
COMMENT ON COLUMN participation.paper_batch_count.reason IS
'Why they were counted again; '''' the first time.';
COMMENT ON COLUMN participation.paper_batch_count.staff_id IS 'Who counted.';
COMMENT ON COLUMN participation.paper_batch_count.counted_at_ms IS
'UTC milliseconds since 1970.';

CREATE TABLE participation.paper_entry (
    ballot_id uuid NOT NULL,
    batch_no participation.paper_batch_number NOT NULL,
    sheet_no participation.paper_sheet_number NOT NULL,
    entry_no participation.paper_entry_number NOT NULL,
    staff_id text NOT NULL,
    kind participation.paper_kind NOT NULL,
    choice bytea NOT NULL,
    entered_at_ms bigint NOT NULL,
    PRIMARY KEY (ballot_id, batch_no, sheet_no, entry_no),
    FOREIGN KEY (ballot_id, batch_no) REFERENCES participation.paper_batch,
    CONSTRAINT paper_entry_choice_check CHECK ((kind = 1) = (length(choice) > 0))
);
COMMENT ON TABLE participation.paper_entry IS
'What somebody read from a sheet. Two equal entries by two people are what it says. Append-only.';
COMMENT ON COLUMN participation.paper_entry.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.paper_entry.batch_no IS 'The batch.';
COMMENT ON COLUMN participation.paper_entry.sheet_no IS 'The sheet in its batch.';
COMMENT ON COLUMN participation.paper_entry.entry_no IS '1, 2, 3 … for each sheet.';
COMMENT ON COLUMN participation.paper_entry.staff_id IS 'Who entered it.';
COMMENT ON COLUMN participation.paper_entry.kind IS
'1 a vote, 2 blank, 3 unclear, 4 against the rules, 5 no official paper, 6 an empty envelope.';
COMMENT ON COLUMN participation.paper_entry.choice IS 'choice_body of a vote, else ''''.';
COMMENT ON COLUMN participation.paper_entry.entered_at_ms IS 'UTC milliseconds since 1970.';

CREATE TRIGGER paper_cancellation_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.paper_cancellation
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

CREATE TRIGGER paper_batch_count_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.paper_batch_count
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

CREATE TRIGGER paper_entry_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.paper_entry
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

ALTER TABLE participation.paper_cancellation
ENABLE ALWAYS TRIGGER paper_cancellation_append_only;
ALTER TABLE participation.paper_batch_count ENABLE ALWAYS TRIGGER paper_batch_count_append_only;
ALTER TABLE participation.paper_entry ENABLE ALWAYS TRIGGER paper_entry_append_only;

GRANT SELECT, INSERT, UPDATE ON participation.paper_batch TO participation;
GRANT SELECT, INSERT ON
participation.paper_cancellation, participation.paper_batch_count, participation.paper_entry
TO participation;

ALTER TABLE participation.ballot_approval DROP CONSTRAINT ballot_approval_action_check;
ALTER TABLE participation.ballot_approval ADD CONSTRAINT ballot_approval_action_check CHECK (
    action IN (
        'open', 'close', 'certify', 'lot', 'destroy-key', 'extend', 'void', 'exclude',
        'seal-paper', 'complete-paper'
    )
);
