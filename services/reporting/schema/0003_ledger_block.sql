-- SPDX-License-Identifier: Apache-2.0
-- Roots of the ledger's journal, from block.sealed: every report prints the newest one, so that the
-- ledger can be held against what was published.

CREATE TABLE reporting.ledger_block (
    district text COLLATE "C" NOT NULL,
    number bigint NOT NULL CHECK (number > 0),
    last_seq bigint NOT NULL CHECK (last_seq > 0),
    root bytea NOT NULL CHECK (length(root) = 32),
    sealed_time_ms bigint NOT NULL,
    PRIMARY KEY (district, number)
);
COMMENT ON TABLE reporting.ledger_block IS
'Blocks of the ledger''s journal, as they were heard first.';
COMMENT ON COLUMN reporting.ledger_block.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.ledger_block.number IS 'Number of the block.';
COMMENT ON COLUMN reporting.ledger_block.last_seq IS 'Its last entry''s number in the journal.';
COMMENT ON COLUMN reporting.ledger_block.root IS
'RFC 6962 root over the hashes of its entries; each is made of the one before.';
COMMENT ON COLUMN reporting.ledger_block.sealed_time_ms IS
'When it was sealed, UTC milliseconds since 1970.';

CREATE TABLE reporting_check.ledger_block (LIKE reporting.ledger_block INCLUDING ALL);

GRANT SELECT, INSERT ON reporting.ledger_block TO reporting;
GRANT SELECT, INSERT, UPDATE, TRUNCATE ON reporting_check.ledger_block TO reporting;
