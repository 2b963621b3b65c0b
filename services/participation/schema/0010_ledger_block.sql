-- SPDX-License-Identifier: Apache-2.0
-- Roots of the ledger's journal as the ledger said them, to be anchored on ballots' boards: whoever
-- rewrites the ledger's database cannot rewrite what stands here and there. Append-only; what was
-- heard first stays.

CREATE TABLE participation.ledger_block (
    number bigint NOT NULL PRIMARY KEY CHECK (number > 0),
    last_seq bigint NOT NULL CHECK (last_seq > 0),
    root bytea NOT NULL CHECK (length(root) = 32),
    heard_time_ms bigint NOT NULL
);
COMMENT ON TABLE participation.ledger_block IS
'Blocks of the ledger''s journal, as they were heard. Append-only.';
COMMENT ON COLUMN participation.ledger_block.number IS 'Number of the block.';
COMMENT ON COLUMN participation.ledger_block.last_seq IS 'Its last entry''s number in the journal.';
COMMENT ON COLUMN participation.ledger_block.root IS
'RFC 6962 root over the hashes of its entries; each is made of the one before.';
COMMENT ON COLUMN participation.ledger_block.heard_time_ms IS
'When it was heard, milliseconds UTC.';

CREATE TRIGGER ledger_block_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.ledger_block
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE participation.ledger_block ENABLE ALWAYS TRIGGER ledger_block_append_only;

GRANT SELECT, INSERT ON participation.ledger_block TO participation;
