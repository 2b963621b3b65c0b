-- SPDX-License-Identifier: Apache-2.0
-- Votes that two operators declare void before the count, each with a reason that is published: by
-- nullifier, since nobody knows whose vote it is. The vote stays in the box; it is not counted.

CREATE DOMAIN participation.void_number AS integer CHECK (value > 0);
CREATE DOMAIN participation.void_reason AS smallint CHECK (value BETWEEN 1 AND 5);

ALTER TABLE participation.ballot ADD COLUMN voids participation.counter NOT NULL DEFAULT 0;
COMMENT ON COLUMN participation.ballot.voids IS 'How many votes were declared void.';

CREATE TABLE participation.vote_void (
    ballot_id uuid NOT NULL REFERENCES participation.ballot,
    void_no participation.void_number NOT NULL,
    nullifier participation.hash NOT NULL,
    rev participation.revision NOT NULL,
    reason_code participation.void_reason NOT NULL,
    reason participation.public_reason NOT NULL,
    voided_at_ms bigint NOT NULL,
    PRIMARY KEY (ballot_id, void_no),
    CONSTRAINT vote_void_unique UNIQUE (ballot_id, nullifier, rev)
);
COMMENT ON TABLE participation.vote_void IS
'Votes that are not counted, and why. Append-only.';
COMMENT ON COLUMN participation.vote_void.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.vote_void.void_no IS '1, 2, 3 … for each ballot.';
COMMENT ON COLUMN participation.vote_void.nullifier IS 'The voter''s public pseudonym.';
COMMENT ON COLUMN participation.vote_void.rev IS
'The revision, the last one when it was declared void.';
COMMENT ON COLUMN participation.vote_void.reason_code IS
'1 not cast by the voter, 2 not eligible, 3 cast twice, 4 coerced or bought, 5 another reason.';
COMMENT ON COLUMN participation.vote_void.reason IS 'Why, for everybody to read.';
COMMENT ON COLUMN participation.vote_void.voided_at_ms IS
'When the second operator approved, UTC milliseconds since 1970.';

CREATE TRIGGER vote_void_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.vote_void
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE participation.vote_void ENABLE ALWAYS TRIGGER vote_void_append_only;
GRANT SELECT, INSERT ON participation.vote_void TO participation;

ALTER TABLE participation.ballot_approval DROP CONSTRAINT ballot_approval_action_check;
ALTER TABLE participation.ballot_approval ADD CONSTRAINT ballot_approval_action_check CHECK (
    action IN ('open', 'close', 'certify', 'lot', 'destroy-key', 'extend', 'void')
);
