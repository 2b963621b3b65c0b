-- SPDX-License-Identifier: Apache-2.0
-- An entry's key may be free in the journal and yet have been refused before: who appends without
-- having looked fails as by a unique key over both tables.

CREATE FUNCTION ledger.refuse_taken() RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a key was refused before' USING ERRCODE = 'unique_violation';
END
$$;
COMMENT ON FUNCTION ledger.refuse_taken() IS
'Fails the statement that would accept a key whose request was refused, and its transaction.';
