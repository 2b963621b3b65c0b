-- SPDX-License-Identifier: Apache-2.0
-- The imported roll: how many people of each area may vote in a ballot. Numbers only, of nobody in
-- particular. Not to be taken for participation.roll, which is who has voted.
--
-- Every import stays as it was; which one counts the ballot's row says, so that an import is there
-- as a whole or not at all, and after opening nothing changes.

CREATE DOMAIN participation.roll_import_number AS integer CHECK (value >= 0);

ALTER TABLE participation.ballot
ADD COLUMN roll_import_no participation.roll_import_number NOT NULL DEFAULT 0;
COMMENT ON COLUMN participation.ballot.roll_import_no IS
'The import of the roll that bounds it; 0 when there is none. Never changes once it is opening.';

CREATE TABLE participation.roll_import (
    ballot_id uuid NOT NULL REFERENCES participation.ballot,
    import_no participation.roll_import_number NOT NULL,
    roll_hash participation.hash NOT NULL,
    voters participation.counter NOT NULL,
    imported_by text NOT NULL,
    imported_at_ms bigint NOT NULL,
    PRIMARY KEY (ballot_id, import_no)
);
COMMENT ON TABLE participation.roll_import IS
'One row for each time a roll was imported for a ballot. Append-only.';
COMMENT ON COLUMN participation.roll_import.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.roll_import.import_no IS '1, 2, 3 … for each ballot.';
COMMENT ON COLUMN participation.roll_import.roll_hash IS
'H("roll", ballot_id || the areas with their numbers).';
COMMENT ON COLUMN participation.roll_import.voters IS 'All areas together.';
COMMENT ON COLUMN participation.roll_import.imported_by IS 'Id of the operator.';
COMMENT ON COLUMN participation.roll_import.imported_at_ms IS 'UTC milliseconds since 1970.';

CREATE TABLE participation.roll_bound (
    ballot_id uuid NOT NULL,
    import_no participation.roll_import_number NOT NULL,
    cell smallint NOT NULL CHECK (cell >= 0),
    voters participation.counter NOT NULL,
    PRIMARY KEY (ballot_id, import_no, cell),
    FOREIGN KEY (ballot_id, import_no) REFERENCES participation.roll_import
);
COMMENT ON TABLE participation.roll_bound IS
'How many different voters each area can have at most. Append-only.';
COMMENT ON COLUMN participation.roll_bound.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.roll_bound.import_no IS 'The import that it came with.';
COMMENT ON COLUMN participation.roll_bound.cell IS
'The area''s cell in the turnout table of dimension 0.';
COMMENT ON COLUMN participation.roll_bound.voters IS 'How many.';

CREATE TRIGGER roll_import_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.roll_import
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

CREATE TRIGGER roll_bound_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.roll_bound
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

ALTER TABLE participation.roll_import ENABLE ALWAYS TRIGGER roll_import_append_only;
ALTER TABLE participation.roll_bound ENABLE ALWAYS TRIGGER roll_bound_append_only;

GRANT SELECT, INSERT ON participation.roll_import, participation.roll_bound TO participation;
