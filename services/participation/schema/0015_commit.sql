-- SPDX-License-Identifier: Apache-2.0
-- A commit of votes writes one row of its ballot. Turnout lies in it, too, and no longer in a row
-- for each cell, of which a commit changed twenty; and what must hold between a ballot's other
-- columns is looked at when they change, and not with every commit, as CHECKs are.

ALTER TABLE participation.ballot ADD COLUMN turnout bigint [] NOT NULL DEFAULT '{}';
-- Out of the row only if it does not fit: it is written with every commit.
ALTER TABLE participation.ballot ALTER COLUMN turnout SET STORAGE MAIN;
COMMENT ON COLUMN participation.ballot.turnout IS
'Turnout tables: dimension * 65536 + cell and the voters there, in turn; cells without voters may be
missing.';

UPDATE participation.ballot AS b
SET
    turnout = (
        SELECT coalesce(array_agg(p.number ORDER BY p.dimension, p.cell, p.place), '{}')
        FROM (
            SELECT
                k.ballot_id,
                k.dimension,
                k.cell,
                1 AS place,
                k.dimension * 65536 + k.cell AS number
            FROM participation.turnout AS k
            UNION ALL
            SELECT
                v.ballot_id,
                v.dimension,
                v.cell,
                2 AS place,
                v.voters AS number
            FROM participation.turnout AS v
        ) AS p
        WHERE p.ballot_id = b.ballot_id
    );

DROP TABLE participation.turnout;

CREATE FUNCTION participation.turnout_cells(bigint [])
RETURNS TABLE (dimension smallint, cell smallint, voters bigint)
LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT ($1[place] >> 16)::smallint, ($1[place] & 65535)::smallint, $1[place + 1]
    FROM generate_series(1, cardinality($1), 2) AS place
$$;
COMMENT ON FUNCTION participation.turnout_cells(bigint []) IS
'The cells in a ballot''s column turnout.';

CREATE VIEW participation.turnout AS
SELECT
    b.ballot_id,
    t.dimension,
    t.cell,
    t.voters
FROM participation.ballot AS b
CROSS JOIN LATERAL participation.turnout_cells(b.turnout) AS t;
COMMENT ON VIEW participation.turnout IS
'Turnout tables, to be looked at: voters in each cell, each voter in one cell of every dimension.';
COMMENT ON COLUMN participation.turnout.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.turnout.dimension IS
'0 area, 1 sex, 2 age band, 3 channel, 4 basis, 5 day.';
COMMENT ON COLUMN participation.turnout.cell IS
'The cell, as the ballot''s definition orders them.';
COMMENT ON COLUMN participation.turnout.voters IS 'How many voters.';

ALTER TABLE participation.ballot
DROP CONSTRAINT ballot_result_check,
DROP CONSTRAINT ballot_lot_seed_check,
DROP CONSTRAINT ballot_key_destroyed_check,
DROP CONSTRAINT ballot_extended_check,
DROP CONSTRAINT ballot_jury_check,
DROP CONSTRAINT ballot_paper_completed_check;

CREATE FUNCTION participation.check_ballot() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF (new.state IN ('counted', 'certified')) <> (new.result_json IS NOT NULL)
        OR (new.result_json IS NULL) <> (new.result_hash IS NULL)
        OR (new.lot_seed IS NOT NULL AND new.state NOT IN ('closed', 'counted', 'certified'))
        OR (new.key_destroyed_at_ms IS NOT NULL AND new.state <> 'certified')
        OR (new.extended_to_ms IS NOT NULL AND new.state IN ('draft', 'opening'))
        OR (new.jury IS NOT NULL AND new.state IN ('draft', 'opening'))
        OR (new.paper_completed_reason IS NOT NULL AND new.paper_completed_at_ms IS NULL)
    THEN
        RAISE EXCEPTION 'ballot %: its state % does not allow what its columns say',
            new.ballot_id, new.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION participation.check_ballot() IS
'Trigger of ballots: refuses a result, lot, jury, extension or destroyed key that comes too early.';

CREATE TRIGGER ballot_check
AFTER INSERT OR UPDATE OF
state, result_json, result_hash, lot_seed, key_destroyed_at_ms, extended_to_ms, jury,
paper_completed_at_ms, paper_completed_reason
ON participation.ballot
FOR EACH ROW EXECUTE FUNCTION participation.check_ballot();

ALTER TABLE participation.ballot ENABLE ALWAYS TRIGGER ballot_check;
