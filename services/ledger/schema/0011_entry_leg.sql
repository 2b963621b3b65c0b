-- SPDX-License-Identifier: Apache-2.0
-- The legs of an entry by its number. The view `posting` joins both sides of its UNION ALL, and no
-- condition of a join reaches what lies below one: who asked it for the legs of some entries had
-- all of the journal read. It stays for who asks by account. Accounts are found by their numbers
-- alone, which LIMIT sees to: looked for by shard, all of them would be read. (L042 wants a CTE,
-- which what looks at the row beside it can not be.)

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
