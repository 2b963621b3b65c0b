-- SPDX-License-Identifier: Apache-2.0
-- Blocks: the journal's entries in runs, each under one Merkle root, so that a root that is kept
-- elsewhere (on a ballot's board, in a report) holds whoever could rewrite all of this database.
-- Append-only, as the journal is.

CREATE TABLE ledger.block (
    shard text COLLATE "C" NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    first_seq bigint NOT NULL CHECK (first_seq > 0),
    last_seq bigint NOT NULL,
    root bytea NOT NULL CHECK (length(root) = 32),
    sealed_time_ms bigint NOT NULL,
    PRIMARY KEY (shard, number),
    UNIQUE (shard, last_seq),
    CHECK (last_seq >= first_seq)
);
COMMENT ON TABLE ledger.block IS
'Entries of the journal that were sealed under one Merkle root (RFC 6962). Append-only.';
COMMENT ON COLUMN ledger.block.shard IS 'The district.';
COMMENT ON COLUMN ledger.block.number IS 'Number of the block: 1, 2, 3 without a gap.';
COMMENT ON COLUMN ledger.block.first_seq IS
'Its first entry: the one after the last of the block before.';
COMMENT ON COLUMN ledger.block.last_seq IS 'Its last entry.';
COMMENT ON COLUMN ledger.block.root IS
'Root of the tree whose leaves are the hashes of its entries, in order.';
COMMENT ON COLUMN ledger.block.sealed_time_ms IS 'When it was sealed, milliseconds UTC.';

CREATE TRIGGER block_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.block
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE ledger.block ENABLE ALWAYS TRIGGER block_append_only;

GRANT SELECT, INSERT ON ledger.block TO ledger;
