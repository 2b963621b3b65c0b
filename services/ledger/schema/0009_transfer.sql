-- SPDX-License-Identifier: Apache-2.0
-- The journal in fewer bytes: accounts have numbers, an entry's legs are kept as transfers between
-- two numbers, and what was asked for under an accepted key is kept in its entry. `posting` shows
-- the legs in words as before. What entries are hashed over must never change: those are the words.
-- A ledger whose legs are no pairs, or whose keys are not its entries', is not converted.

CREATE FUNCTION ledger.refuse_conversion(damage text) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%; hyeopchi ledger verify says more', damage;
END
$$;

CREATE SEQUENCE ledger.account_number AS integer;
ALTER TABLE ledger.account
SET (fillfactor = 50),
ADD COLUMN number integer NOT NULL DEFAULT nextval('ledger.account_number'),
ADD CONSTRAINT account_number_key UNIQUE (number),
ADD CONSTRAINT account_number_check CHECK (number > 0);
ALTER TABLE ledger.account ALTER COLUMN number DROP DEFAULT;
COMMENT ON SEQUENCE ledger.account_number IS
'The numbers that accounts get; one that a commit took and did not use is lost.';
COMMENT ON COLUMN ledger.account.number IS
'By which transfers name it: one number in the whole database, for good.';

CREATE TABLE ledger.transfer (
    seq bigint NOT NULL,
    amount_krw bigint NOT NULL CHECK (amount_krw > 0),
    debit_version bigint NOT NULL CHECK (debit_version > 0),
    credit_version bigint NOT NULL CHECK (credit_version > 0),
    debit_balance_krw bigint NOT NULL,
    credit_balance_krw bigint NOT NULL,
    debit_account integer NOT NULL,
    credit_account integer NOT NULL,
    place smallint NOT NULL CHECK (place BETWEEN 1 AND 8),
    PRIMARY KEY (seq, place, debit_account),
    UNIQUE (debit_account, debit_version),
    UNIQUE (credit_account, credit_version)
);
COMMENT ON TABLE ledger.transfer IS
'What every entry moves: a debit and its credit, whose accounts say the shard. Append-only.';
COMMENT ON COLUMN ledger.transfer.seq IS 'The entry in the journal.';
COMMENT ON COLUMN ledger.transfer.amount_krw IS 'Won that leave one account and enter the other.';
COMMENT ON COLUMN ledger.transfer.debit_version IS
'Which posting of the debited account this is: 1, 2, 3 without a gap.';
COMMENT ON COLUMN ledger.transfer.credit_version IS 'Likewise of the credited account.';
COMMENT ON COLUMN ledger.transfer.debit_balance_krw IS 'The debited account''s balance after it.';
COMMENT ON COLUMN ledger.transfer.credit_balance_krw IS 'The credited account''s balance after it.';
COMMENT ON COLUMN ledger.transfer.debit_account IS 'Number of the account that money leaves.';
COMMENT ON COLUMN ledger.transfer.credit_account IS 'Number of the account that money enters.';
COMMENT ON COLUMN ledger.transfer.place IS 'Which of the entry''s transfers, from 1 on.';

INSERT INTO ledger.transfer (
    seq, amount_krw, debit_version, credit_version, debit_balance_krw, credit_balance_krw,
    debit_account, credit_account, place
)
SELECT
    debit.seq,
    -debit.amount_krw AS amount_krw,
    debit.version,
    credit.version,
    debit.balance_after_krw,
    credit.balance_after_krw,
    debited.number,
    credited.number,
    (debit.leg + 1) / 2 AS place
FROM ledger.posting AS debit
LEFT JOIN ledger.posting AS credit
    ON
        credit.shard = debit.shard AND credit.seq = debit.seq AND credit.leg = debit.leg + 1
        AND credit.amount_krw + debit.amount_krw = 0
LEFT JOIN ledger.account AS debited
    ON
        debited.shard = debit.shard AND debited.fiscal_year = debit.fiscal_year
        AND debited.programme = debit.programme
        AND debited.funding_source = debit.funding_source AND debited.stage = debit.stage
LEFT JOIN ledger.account AS credited
    ON
        credited.shard = credit.shard AND credited.fiscal_year = credit.fiscal_year
        AND credited.programme = credit.programme
        AND credited.funding_source = credit.funding_source AND credited.stage = credit.stage
WHERE debit.leg % 2 = 1
ORDER BY debit.shard, debit.seq, debit.leg;

-- Every leg has become half of a transfer; a credit without its debit would be left over.
SELECT ledger.refuse_conversion('the journal has legs that are no pairs') AS refused
WHERE (SELECT count(*) FROM ledger.posting) != 2 * (SELECT count(*) FROM ledger.transfer);
DROP TABLE ledger.posting;

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

-- The journal again, with what its keys were asked for under.
ALTER TABLE ledger.grant_entry DROP CONSTRAINT grant_entry_shard_seq_fkey;
ALTER TABLE ledger.journal RENAME TO journal_before;
ALTER INDEX ledger.journal_pkey RENAME TO journal_before_pkey;
ALTER INDEX ledger.journal_shard_key_key RENAME TO journal_before_key;
DROP INDEX ledger.journal_by_link;

CREATE TABLE ledger.journal (
    seq bigint NOT NULL CHECK (seq > 0),
    posted_time_ms bigint NOT NULL,
    linked_seq bigint CHECK (linked_seq > 0 AND linked_seq < seq),
    effective_date integer NOT NULL CHECK (effective_date BETWEEN 20000101 AND 21991231),
    period integer NOT NULL CHECK (period BETWEEN 2000 AND 2199),
    key uuid NOT NULL,
    shard text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind ~ '^[a-z_]{1,32}$'),
    document text NOT NULL,
    metadata text NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    request bytea NOT NULL CHECK (length(request) = 24),
    PRIMARY KEY (shard, seq),
    UNIQUE (shard, key)
);
COMMENT ON TABLE ledger.journal IS
'Every entry ever posted, chained by hash. Append-only: corrections are new entries.';
COMMENT ON COLUMN ledger.journal.seq IS 'Number of the entry: 1, 2, 3 without a gap.';
COMMENT ON COLUMN ledger.journal.posted_time_ms IS 'When it was posted, milliseconds UTC.';
COMMENT ON COLUMN ledger.journal.linked_seq IS
'The entry that this one corrects or follows from; NULL when there is none.';
COMMENT ON COLUMN ledger.journal.effective_date IS 'Day it takes effect, yyyymmdd in Korean time.';
COMMENT ON COLUMN ledger.journal.period IS 'Fiscal year that had to be open.';
COMMENT ON COLUMN ledger.journal.key IS
'Identity of the entry: the idempotency key it was requested under.';
COMMENT ON COLUMN ledger.journal.shard IS 'The district.';
COMMENT ON COLUMN ledger.journal.kind IS 'Kind of the entry; its rules are in kind_rule.';
COMMENT ON COLUMN ledger.journal.document IS 'What it rests on, for people: a resolution, a tally.';
COMMENT ON COLUMN ledger.journal.metadata IS 'Who asked and how, as JSON; hashed byte for byte.';
COMMENT ON COLUMN ledger.journal.hash IS
'SHA-256 over the layout ledger/1, which includes the previous entry''s hash.';
COMMENT ON COLUMN ledger.journal.request IS
'16 bytes of its request''s SHA-256, to know it again; 8 of the SHA-256 of these 16 and of hash.';

INSERT INTO ledger.journal (
    seq, posted_time_ms, linked_seq, effective_date, period, key, shard, kind, document, metadata,
    hash, request
)
SELECT
    entry.seq,
    entry.posted_time_ms,
    entry.linked_seq,
    entry.effective_date,
    entry.period,
    entry.key,
    entry.shard,
    entry.kind,
    entry.document,
    entry.metadata,
    entry.hash,
    substring(known.request_hash, 1, 16)
    || substring(sha256(substring(known.request_hash, 1, 16) || entry.hash), 1, 8) AS request
FROM ledger.journal_before AS entry
LEFT JOIN ledger.entry_key AS known
    ON known.shard = entry.shard AND known.key = entry.key AND known.seq = entry.seq
ORDER BY entry.shard, entry.seq;
DROP TABLE ledger.journal_before;
CREATE INDEX journal_by_link ON ledger.journal (shard, linked_seq) WHERE linked_seq IS NOT NULL;
ALTER TABLE ledger.grant_entry
ADD CONSTRAINT grant_entry_shard_seq_fkey
FOREIGN KEY (shard, seq) REFERENCES ledger.journal (shard, seq);

CREATE TABLE ledger.refused_key (
    shard text COLLATE "C" NOT NULL,
    key uuid NOT NULL,
    request bytea NOT NULL CHECK (length(request) = 16),
    refusal_code text NOT NULL,
    refusal_field text NOT NULL,
    refusal_account text,
    shortfall_krw bigint NOT NULL DEFAULT 0 CHECK (shortfall_krw >= 0),
    recorded_time_ms bigint NOT NULL,
    PRIMARY KEY (shard, key)
);
COMMENT ON TABLE ledger.refused_key IS
'Idempotency keys that were answered with a refusal, to answer them the same. Append-only.';
COMMENT ON COLUMN ledger.refused_key.shard IS 'The district.';
COMMENT ON COLUMN ledger.refused_key.key IS 'The key.';
COMMENT ON COLUMN ledger.refused_key.request IS
'16 bytes of the SHA-256 of the request: another request under the key is a conflict.';
COMMENT ON COLUMN ledger.refused_key.refusal_code IS 'Why it was refused.';
COMMENT ON COLUMN ledger.refused_key.refusal_field IS
'JSON pointer to the field at fault; empty when none is.';
COMMENT ON COLUMN ledger.refused_key.refusal_account IS
'The account that refused it, for people; NULL when none did.';
COMMENT ON COLUMN ledger.refused_key.shortfall_krw IS
'By how many won it was refused; 0 where that has no meaning.';
COMMENT ON COLUMN ledger.refused_key.recorded_time_ms IS
'When it was answered first, milliseconds UTC.';

INSERT INTO ledger.refused_key (
    shard, key, request, refusal_code, refusal_field, refusal_account, shortfall_krw,
    recorded_time_ms
)
SELECT
    known.shard,
    known.key,
    substring(known.request_hash, 1, 16) AS request,
    known.refusal_code,
    known.refusal_field,
    known.refusal_account,
    known.shortfall_krw,
    known.recorded_time_ms
FROM ledger.entry_key AS known
WHERE known.seq IS NULL;
SELECT ledger.refuse_conversion('there are keys without their entry') AS refused
WHERE
    (SELECT count(*) FROM ledger.entry_key)
    != (SELECT count(*) FROM ledger.journal) + (SELECT count(*) FROM ledger.refused_key);
DROP TABLE ledger.entry_key;

CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.journal
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.transfer
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
CREATE TRIGGER refused_key_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.refused_key
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE ledger.journal ENABLE ALWAYS TRIGGER journal_append_only;
ALTER TABLE ledger.transfer ENABLE ALWAYS TRIGGER transfer_append_only;
ALTER TABLE ledger.refused_key ENABLE ALWAYS TRIGGER refused_key_append_only;

GRANT SELECT, INSERT ON ledger.journal, ledger.transfer, ledger.refused_key TO ledger;
GRANT SELECT ON ledger.posting TO ledger;
GRANT USAGE ON SEQUENCE ledger.account_number TO ledger;

DROP FUNCTION ledger.refuse_conversion(text);
