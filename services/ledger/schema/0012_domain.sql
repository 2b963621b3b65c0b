-- SPDX-License-Identifier: Apache-2.0
-- What a single value of the journal must be is said by domains: PostgreSQL reads a domain's CHECK
-- once in a session, a table's anew in every statement, of which an entry takes several. The rules
-- stay what they were; only what two columns must be together is still the table's to check. The
-- views are made again as they were, since a column's type can't change below one.

CREATE DOMAIN ledger.shard AS text COLLATE "C" CHECK (value ~ '^[a-z0-9-]{1,32}$');
CREATE DOMAIN ledger.epoch AS bigint CHECK (value > 0);
CREATE DOMAIN ledger.entry_seq AS bigint CHECK (value > 0);
CREATE DOMAIN ledger.entry_kind AS text CHECK (value ~ '^[a-z_]{1,32}$');
CREATE DOMAIN ledger.entry_hash AS bytea CHECK (octet_length(value) = 32);
CREATE DOMAIN ledger.entry_request AS bytea CHECK (octet_length(value) = 24);
CREATE DOMAIN ledger.day AS integer CHECK (value BETWEEN 20000101 AND 21991231);
CREATE DOMAIN ledger.fiscal_year AS integer CHECK (value BETWEEN 2000 AND 2199);
CREATE DOMAIN ledger.programme AS text COLLATE "C" CHECK (octet_length(value) BETWEEN 1 AND 96);
CREATE DOMAIN ledger.funding_source AS text COLLATE "C"
CHECK (value IN ('national', 'city', 'district', 'other'));
CREATE DOMAIN ledger.stage AS text COLLATE "C" CHECK (length(value) BETWEEN 1 AND 32);
CREATE DOMAIN ledger.account_number AS integer CHECK (value > 0);
CREATE DOMAIN ledger.account_version AS bigint CHECK (value >= 0);
CREATE DOMAIN ledger.held_krw AS bigint CHECK (value >= 0);
CREATE DOMAIN ledger.transfer_place AS smallint CHECK (value BETWEEN 1 AND 8);
CREATE DOMAIN ledger.moved_krw AS bigint CHECK (value > 0);
CREATE DOMAIN ledger.posting_version AS bigint CHECK (value > 0);

DROP VIEW ledger.entry_leg;
DROP VIEW ledger.posting;

ALTER TABLE ledger.head
DROP CONSTRAINT head_shard_check,
DROP CONSTRAINT head_epoch_check,
DROP CONSTRAINT head_hash_check,
ALTER COLUMN shard TYPE ledger.shard,
ALTER COLUMN epoch TYPE ledger.epoch,
ALTER COLUMN hash TYPE ledger.entry_hash;

ALTER TABLE ledger.account
DROP CONSTRAINT account_fiscal_year_check,
DROP CONSTRAINT account_programme_check,
DROP CONSTRAINT account_funding_source_check,
DROP CONSTRAINT account_stage_check,
DROP CONSTRAINT account_number_check,
DROP CONSTRAINT account_version_check,
DROP CONSTRAINT account_held_krw_check,
ALTER COLUMN fiscal_year TYPE ledger.fiscal_year,
ALTER COLUMN programme TYPE ledger.programme,
ALTER COLUMN funding_source TYPE ledger.funding_source,
ALTER COLUMN stage TYPE ledger.stage,
ALTER COLUMN number TYPE ledger.account_number,
ALTER COLUMN version TYPE ledger.account_version,
ALTER COLUMN held_krw TYPE ledger.held_krw;

-- That linked_seq lies before seq is the table's to check, and that seq is positive its domain's.
ALTER TABLE ledger.journal
DROP CONSTRAINT journal_seq_check1,
DROP CONSTRAINT journal_effective_date_check1,
DROP CONSTRAINT journal_period_check1,
DROP CONSTRAINT journal_kind_check1,
DROP CONSTRAINT journal_hash_check1,
DROP CONSTRAINT journal_request_check,
ALTER COLUMN seq TYPE ledger.entry_seq,
ALTER COLUMN effective_date TYPE ledger.day,
ALTER COLUMN period TYPE ledger.fiscal_year,
ALTER COLUMN kind TYPE ledger.entry_kind,
ALTER COLUMN hash TYPE ledger.entry_hash,
ALTER COLUMN request TYPE ledger.entry_request;

ALTER TABLE ledger.transfer
DROP CONSTRAINT transfer_amount_krw_check,
DROP CONSTRAINT transfer_debit_version_check,
DROP CONSTRAINT transfer_credit_version_check,
DROP CONSTRAINT transfer_place_check,
ALTER COLUMN amount_krw TYPE ledger.moved_krw,
ALTER COLUMN debit_version TYPE ledger.posting_version,
ALTER COLUMN credit_version TYPE ledger.posting_version,
ALTER COLUMN place TYPE ledger.transfer_place;

CREATE VIEW ledger.posting AS
SELECT
    account.shard,
    transfer.seq,
    (2 * transfer.place - 1)::smallint AS leg,
    account.fiscal_year,
    account.programme,
    account.funding_source,
    account.stage,
    -transfer.amount_krw AS amount_krw,
    transfer.debit_version AS version,
    transfer.debit_balance_krw AS balance_after_krw
FROM ledger.transfer
INNER JOIN ledger.account ON account.number = transfer.debit_account
UNION ALL
SELECT
    account.shard,
    transfer.seq,
    (2 * transfer.place)::smallint AS leg,
    account.fiscal_year,
    account.programme,
    account.funding_source,
    account.stage,
    transfer.amount_krw,
    transfer.credit_version AS version,
    transfer.credit_balance_krw AS balance_after_krw
FROM ledger.transfer
INNER JOIN ledger.account ON account.number = transfer.credit_account;
COMMENT ON VIEW ledger.posting IS
'The legs of every entry in words: of each transfer its debit, then its credit.';

CREATE VIEW ledger.entry_leg AS
SELECT
    account.shard,
    transfer.seq,
    account.fiscal_year,
    account.programme,
    account.funding_source,
    account.stage,
    leg.amount_krw
FROM ledger.transfer
CROSS JOIN LATERAL ( -- noqa: L042
    VALUES
    (transfer.debit_account, -transfer.amount_krw),
    (transfer.credit_account, transfer.amount_krw)
) AS leg (number, amount_krw)
CROSS JOIN LATERAL (
    SELECT
        a.shard,
        a.fiscal_year,
        a.programme,
        a.funding_source,
        a.stage
    FROM ledger.account AS a
    WHERE a.number = leg.number
    LIMIT 1
) AS account;
COMMENT ON VIEW ledger.entry_leg IS
'The legs of every entry in words, for who knows the entry''s number.';
COMMENT ON COLUMN ledger.entry_leg.shard IS 'The district.';
COMMENT ON COLUMN ledger.entry_leg.seq IS 'The entry in the journal.';
COMMENT ON COLUMN ledger.entry_leg.fiscal_year IS 'Fiscal year of the account.';
COMMENT ON COLUMN ledger.entry_leg.programme IS 'Programme of the account.';
COMMENT ON COLUMN ledger.entry_leg.funding_source IS 'Funding source of the account.';
COMMENT ON COLUMN ledger.entry_leg.stage IS 'Stage of the account.';
COMMENT ON COLUMN ledger.entry_leg.amount_krw IS 'Won, credits positive.';

GRANT SELECT ON ledger.entry_leg TO ledger;
GRANT SELECT ON ledger.posting TO ledger;
