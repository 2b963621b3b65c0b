-- SPDX-License-Identifier: Apache-2.0
-- What a count was made of, so that anybody can see that it adds up: what was read from the box and
-- from paper, beside what came out. A ballot that was counted before has no row.

CREATE TABLE participation.count_sum (
    ballot_id uuid PRIMARY KEY REFERENCES participation.ballot,
    distinct_voters participation.counter NOT NULL,
    votes participation.counter NOT NULL,
    choices participation.counter NOT NULL,
    selections participation.counter NOT NULL,
    sheets_vote participation.counter NOT NULL,
    sheets_blank participation.counter NOT NULL,
    sheets_unclear participation.counter NOT NULL,
    sheets_rule_broken participation.counter NOT NULL,
    sheets_not_official participation.counter NOT NULL,
    sheets_empty participation.counter NOT NULL,
    CONSTRAINT count_sum_selections_check CHECK (choices = selections)
);
COMMENT ON TABLE participation.count_sum IS 'What each count was made of. Append-only.';
COMMENT ON COLUMN participation.count_sum.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.count_sum.distinct_voters IS
'Different nullifiers in the box, those not among them whose last row is a paper handed back.';
COMMENT ON COLUMN participation.count_sum.votes IS 'Votes that were counted, sheets among them.';
COMMENT ON COLUMN participation.count_sum.choices IS 'Options that those votes name, vote by vote.';
COMMENT ON COLUMN participation.count_sum.selections IS
'Votes that name an option, option by option.';
COMMENT ON COLUMN participation.count_sum.sheets_vote IS 'Sheets that are votes.';
COMMENT ON COLUMN participation.count_sum.sheets_blank IS 'Sheets on which nothing is marked.';
COMMENT ON COLUMN participation.count_sum.sheets_unclear IS 'Sheets that nobody can read.';
COMMENT ON COLUMN participation.count_sum.sheets_rule_broken IS 'Sheets against the rules.';
COMMENT ON COLUMN participation.count_sum.sheets_not_official IS 'Sheets of no official paper.';
COMMENT ON COLUMN participation.count_sum.sheets_empty IS 'Envelopes without a sheet.';

CREATE TRIGGER count_sum_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.count_sum
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

ALTER TABLE participation.count_sum ENABLE ALWAYS TRIGGER count_sum_append_only;

GRANT SELECT, INSERT ON participation.count_sum TO participation;
