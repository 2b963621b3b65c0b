-- SPDX-License-Identifier: Apache-2.0
-- A batch that is sealed stays as it is, whoever asks for another one; and the reason for which no
-- more envelopes were waited for is kept.

CREATE TRIGGER paper_batch_sealed
BEFORE UPDATE OR DELETE ON participation.paper_batch
FOR EACH ROW WHEN (old.sealed_at_ms IS NOT NULL) EXECUTE FUNCTION event.refuse_change();

CREATE TRIGGER paper_batch_kept
BEFORE TRUNCATE ON participation.paper_batch
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

ALTER TABLE participation.paper_batch ENABLE ALWAYS TRIGGER paper_batch_sealed;
ALTER TABLE participation.paper_batch ENABLE ALWAYS TRIGGER paper_batch_kept;

ALTER TABLE participation.ballot ADD COLUMN paper_completed_reason participation.public_reason;
ALTER TABLE participation.ballot ADD CONSTRAINT ballot_paper_completed_check CHECK (
    paper_completed_reason IS NULL OR paper_completed_at_ms IS NOT NULL
);
COMMENT ON COLUMN participation.ballot.paper_completed_reason IS
'Why operators said so; NULL when they did not.';
