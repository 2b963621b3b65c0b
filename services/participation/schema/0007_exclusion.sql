-- SPDX-License-Identifier: Apache-2.0
-- Options that two operators exclude from a counted result, each with a reason that is published:
-- what the district cannot carry out although residents chose it. The computed result stays as it
-- is, beside what was decided.

CREATE DOMAIN participation.option_number AS integer CHECK (value > 0);

ALTER TABLE participation.ballot ADD COLUMN exclusions participation.counter NOT NULL DEFAULT 0;
COMMENT ON COLUMN participation.ballot.exclusions IS
'How many options were excluded from its result.';

CREATE TABLE participation.ballot_exclusion (
    ballot_id uuid NOT NULL REFERENCES participation.ballot,
    option_number participation.option_number NOT NULL,
    reason participation.public_reason NOT NULL,
    excluded_at_ms bigint NOT NULL,
    PRIMARY KEY (ballot_id, option_number)
);
COMMENT ON TABLE participation.ballot_exclusion IS
'Options that are not carried out although the tally funded them, and why. Append-only.';
COMMENT ON COLUMN participation.ballot_exclusion.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.ballot_exclusion.option_number IS
'The option''s number in the definition.';
COMMENT ON COLUMN participation.ballot_exclusion.reason IS 'Why, for everybody to read.';
COMMENT ON COLUMN participation.ballot_exclusion.excluded_at_ms IS
'When the second operator approved, UTC milliseconds since 1970.';

CREATE TRIGGER ballot_exclusion_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.ballot_exclusion
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE participation.ballot_exclusion ENABLE ALWAYS TRIGGER ballot_exclusion_append_only;
GRANT SELECT, INSERT ON participation.ballot_exclusion TO participation;

ALTER TABLE participation.ballot_approval DROP CONSTRAINT ballot_approval_action_check;
ALTER TABLE participation.ballot_approval ADD CONSTRAINT ballot_approval_action_check CHECK (
    action IN ('open', 'close', 'certify', 'lot', 'destroy-key', 'extend', 'void', 'exclude')
);
