-- SPDX-License-Identifier: Apache-2.0
-- The ledger's own tables: the journal and its postings, account balances, idempotency keys, kinds
-- of entries, fiscal years, and the envelopes of ballots. Run by the owner role; the service's role
-- is `ledger`, which gets only what it uses. It must never change schema `event`, which is the
-- runtime's and there before.
--
-- Every key leads with the shard, which is the district.

CREATE SCHEMA ledger;
COMMENT ON SCHEMA ledger IS 'The budget ledger: double entry for public money, in won.';
GRANT USAGE ON SCHEMA ledger TO ledger;

CREATE TABLE ledger.head (
    shard text COLLATE "C" NOT NULL PRIMARY KEY CHECK (shard ~ '^[a-z0-9-]{1,32}$'),
    epoch bigint NOT NULL DEFAULT 1 CHECK (epoch > 0),
    seq bigint NOT NULL DEFAULT 0 CHECK (seq >= 0),
    hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (length(hash) = 32)
);
COMMENT ON TABLE ledger.head IS
'The end of each shard''s journal; every posting compares and sets it.';
COMMENT ON COLUMN ledger.head.shard IS 'The district.';
COMMENT ON COLUMN ledger.head.epoch IS 'Grows when the journal is restored from a backup.';
COMMENT ON COLUMN ledger.head.seq IS 'Number of the last entry; 0 while the journal is empty.';
COMMENT ON COLUMN ledger.head.hash IS
'Hash of the last entry; 32 zero bytes while the journal is empty.';

CREATE TABLE ledger.kind_rule (
    kind text COLLATE "C" NOT NULL CHECK (kind ~ '^[a-z_]{1,32}$'),
    transfer integer NOT NULL CHECK (transfer > 0),
    debit_class text NOT NULL CHECK (length(debit_class) BETWEEN 1 AND 32),
    credit_class text NOT NULL CHECK (length(credit_class) BETWEEN 1 AND 32),
    required boolean NOT NULL,
    same_line boolean NOT NULL,
    same_source boolean NOT NULL,
    same_amount boolean NOT NULL,
    needs_document boolean NOT NULL,
    allowed_when_closed boolean NOT NULL,
    PRIMARY KEY (kind, transfer)
);
COMMENT ON TABLE ledger.kind_rule IS
'What each kind of entry may move: a row for each debit and its credit.';
COMMENT ON COLUMN ledger.kind_rule.kind IS 'The kind: selection (편성요구), appropriation (본예산).';
COMMENT ON COLUMN ledger.kind_rule.transfer IS
'Which debit and credit of the entry, from 1 on, in this order.';
COMMENT ON COLUMN ledger.kind_rule.debit_class IS
'Stage, or part of its code before the dot, that money leaves.';
COMMENT ON COLUMN ledger.kind_rule.credit_class IS
'Stage, or part of its code before the dot, that money enters.';
COMMENT ON COLUMN ledger.kind_rule.required IS
'Whether an entry of the kind without this transfer is refused.';
COMMENT ON COLUMN ledger.kind_rule.same_line IS
'Whether it stays in the line of the entry''s first transfer.';
COMMENT ON COLUMN ledger.kind_rule.same_source IS
'Whether it stays in that line''s fiscal year and funding source.';
COMMENT ON COLUMN ledger.kind_rule.same_amount IS
'Whether it moves exactly what the entry''s first transfer moves.';
COMMENT ON COLUMN ledger.kind_rule.needs_document IS
'Whether the entry must name a document it rests on.';
COMMENT ON COLUMN ledger.kind_rule.allowed_when_closed IS
'Whether it may be posted in a closed fiscal year.';

INSERT INTO ledger.kind_rule (
    kind, transfer, debit_class, credit_class, required,
    same_line, same_source, same_amount, needs_document, allowed_when_closed
) VALUES
('appropriation', 1, 'R10.main', 'S10', TRUE, TRUE, TRUE, TRUE, TRUE, FALSE),
('appropriation', 2, 'M10', 'M90', TRUE, TRUE, TRUE, TRUE, TRUE, FALSE),
('selection', 1, 'M90', 'M10', TRUE, TRUE, TRUE, TRUE, TRUE, FALSE);

CREATE TABLE ledger.period (
    shard text COLLATE "C" NOT NULL,
    fiscal_year integer NOT NULL CHECK (fiscal_year BETWEEN 2000 AND 2199),
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    PRIMARY KEY (shard, fiscal_year)
);
COMMENT ON TABLE ledger.period IS
'Fiscal years that were opened; entries of any other year are refused.';
COMMENT ON COLUMN ledger.period.shard IS 'The district.';
COMMENT ON COLUMN ledger.period.fiscal_year IS 'The fiscal year (회계연도).';
COMMENT ON COLUMN ledger.period.state IS 'open, or closed after the closing of accounts (마감).';

CREATE TABLE ledger.account (
    shard text COLLATE "C" NOT NULL,
    fiscal_year integer NOT NULL CHECK (fiscal_year BETWEEN 2000 AND 2199),
    programme text COLLATE "C" NOT NULL CHECK (octet_length(programme) BETWEEN 1 AND 96),
    funding_source text COLLATE "C" NOT NULL
    CHECK (funding_source IN ('national', 'city', 'district', 'other')),
    stage text COLLATE "C" NOT NULL CHECK (length(stage) BETWEEN 1 AND 32),
    balance_krw bigint NOT NULL,
    held_krw bigint NOT NULL DEFAULT 0 CHECK (held_krw >= 0),
    version bigint NOT NULL CHECK (version >= 0),
    floor_krw bigint,
    PRIMARY KEY (shard, fiscal_year, programme, funding_source, stage),
    CHECK (balance_krw >= floor_krw)
);
COMMENT ON TABLE ledger.account IS 'Balance of each account: a budget line at one stage.';
COMMENT ON COLUMN ledger.account.shard IS 'The district.';
COMMENT ON COLUMN ledger.account.fiscal_year IS 'Fiscal year of the line.';
COMMENT ON COLUMN ledger.account.programme IS 'Programme code of the line (세부사업).';
COMMENT ON COLUMN ledger.account.funding_source IS
'Funding source of the line: national 국비, city 시비, district 구비, other 기타.';
COMMENT ON COLUMN ledger.account.stage IS 'Stage of the budget: M10, M90, R10.main, S10 and so on.';
COMMENT ON COLUMN ledger.account.balance_krw IS
'Balance in won, credit-positive: the sum of its postings.';
COMMENT ON COLUMN ledger.account.held_krw IS 'Won promised and not yet posted.';
COMMENT ON COLUMN ledger.account.version IS 'How many postings it has.';
COMMENT ON COLUMN ledger.account.floor_krw IS
'Won it may not fall below; NULL when it may fall without end.';

CREATE TABLE ledger.journal (
    shard text COLLATE "C" NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    key uuid NOT NULL,
    kind text NOT NULL CHECK (kind ~ '^[a-z_]{1,32}$'),
    effective_date integer NOT NULL CHECK (effective_date BETWEEN 20000101 AND 21991231),
    period integer NOT NULL CHECK (period BETWEEN 2000 AND 2199),
    posted_time_ms bigint NOT NULL,
    document text NOT NULL,
    metadata text NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (shard, seq),
    UNIQUE (shard, key)
);
COMMENT ON TABLE ledger.journal IS
'Every entry ever posted, chained by hash. Append-only: corrections are new entries.';
COMMENT ON COLUMN ledger.journal.shard IS 'The district.';
COMMENT ON COLUMN ledger.journal.seq IS 'Number of the entry: 1, 2, 3 without a gap.';
COMMENT ON COLUMN ledger.journal.key IS
'Identity of the entry: the idempotency key it was requested under.';
COMMENT ON COLUMN ledger.journal.kind IS 'Kind of the entry; its rules are in kind_rule.';
COMMENT ON COLUMN ledger.journal.effective_date IS 'Day it takes effect, yyyymmdd in Korean time.';
COMMENT ON COLUMN ledger.journal.period IS 'Fiscal year that had to be open.';
COMMENT ON COLUMN ledger.journal.posted_time_ms IS 'When it was posted, milliseconds UTC.';
COMMENT ON COLUMN ledger.journal.document IS 'What it rests on, for people: a resolution, a tally.';
COMMENT ON COLUMN ledger.journal.metadata IS 'Who asked and how, as JSON; hashed byte for byte.';
COMMENT ON COLUMN ledger.journal.hash IS
'SHA-256 over the layout ledger/1, which includes the previous entry''s hash.';

CREATE TABLE ledger.posting (
    shard text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    leg smallint NOT NULL CHECK (leg BETWEEN 1 AND 16),
    fiscal_year integer NOT NULL,
    programme text COLLATE "C" NOT NULL,
    funding_source text COLLATE "C" NOT NULL,
    stage text COLLATE "C" NOT NULL,
    amount_krw bigint NOT NULL CHECK (amount_krw != 0),
    version bigint NOT NULL CHECK (version > 0),
    balance_after_krw bigint NOT NULL,
    PRIMARY KEY (shard, seq, leg),
    UNIQUE (shard, fiscal_year, programme, funding_source, stage, version)
);
COMMENT ON TABLE ledger.posting IS 'The legs of every entry. Append-only.';
COMMENT ON COLUMN ledger.posting.shard IS 'The district.';
COMMENT ON COLUMN ledger.posting.seq IS 'The entry in the journal.';
COMMENT ON COLUMN ledger.posting.leg IS
'Place in the entry: 1 debit, 2 its credit, 3 debit, and so on.';
COMMENT ON COLUMN ledger.posting.fiscal_year IS 'Fiscal year of the account''s line.';
COMMENT ON COLUMN ledger.posting.programme IS 'Programme code of the account''s line.';
COMMENT ON COLUMN ledger.posting.funding_source IS 'Funding source of the account''s line.';
COMMENT ON COLUMN ledger.posting.stage IS 'Stage of the account.';
COMMENT ON COLUMN ledger.posting.amount_krw IS 'Won, credit-positive: a debit is negative.';
COMMENT ON COLUMN ledger.posting.version IS
'Which posting of the account this is: 1, 2, 3 without a gap.';
COMMENT ON COLUMN ledger.posting.balance_after_krw IS 'The account''s balance after this leg.';

CREATE TABLE ledger.entry_key (
    shard text COLLATE "C" NOT NULL,
    key uuid NOT NULL,
    request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
    seq bigint,
    refusal_code text,
    refusal_field text,
    refusal_account text,
    shortfall_krw bigint NOT NULL DEFAULT 0 CHECK (shortfall_krw >= 0),
    recorded_time_ms bigint NOT NULL,
    PRIMARY KEY (shard, key),
    CHECK ((seq IS NULL) != (refusal_code IS NULL)),
    CHECK ((refusal_field IS NULL) = (refusal_code IS NULL))
);
COMMENT ON TABLE ledger.entry_key IS
'Idempotency keys that were answered, accepted or refused, to answer them the same. Append-only.';
COMMENT ON COLUMN ledger.entry_key.shard IS 'The district.';
COMMENT ON COLUMN ledger.entry_key.key IS 'The key.';
COMMENT ON COLUMN ledger.entry_key.request_hash IS
'SHA-256 of the request: another request under the key is a conflict.';
COMMENT ON COLUMN ledger.entry_key.seq IS 'The entry it became; NULL when it was refused.';
COMMENT ON COLUMN ledger.entry_key.refusal_code IS 'Why it was refused; NULL when it was accepted.';
COMMENT ON COLUMN ledger.entry_key.refusal_field IS
'JSON pointer to the field at fault; empty when none is.';
COMMENT ON COLUMN ledger.entry_key.refusal_account IS
'The account that refused it, for people; NULL when none did.';
COMMENT ON COLUMN ledger.entry_key.shortfall_krw IS
'By how many won it was refused; 0 where that has no meaning.';
COMMENT ON COLUMN ledger.entry_key.recorded_time_ms IS
'When it was answered first, milliseconds UTC.';

CREATE TABLE ledger.envelope_limit (
    shard text COLLATE "C" NOT NULL,
    fiscal_year integer NOT NULL CHECK (fiscal_year BETWEEN 2000 AND 2199),
    funding_source text COLLATE "C" NOT NULL
    CHECK (funding_source IN ('national', 'city', 'district', 'other')),
    limit_krw bigint NOT NULL CHECK (limit_krw >= 0),
    set_by text NOT NULL,
    set_time_ms bigint NOT NULL,
    PRIMARY KEY (shard, fiscal_year, funding_source)
);
COMMENT ON TABLE ledger.envelope_limit IS
'주민참여예산 limit by fiscal year and source. No row means that none was set, which differs from zero.';
COMMENT ON COLUMN ledger.envelope_limit.shard IS 'The district.';
COMMENT ON COLUMN ledger.envelope_limit.fiscal_year IS 'The fiscal year.';
COMMENT ON COLUMN ledger.envelope_limit.funding_source IS 'The funding source.';
COMMENT ON COLUMN ledger.envelope_limit.limit_krw IS 'Won that ballots may reserve together.';
COMMENT ON COLUMN ledger.envelope_limit.set_by IS 'Operator who set it last.';
COMMENT ON COLUMN ledger.envelope_limit.set_time_ms IS 'When it was set last, milliseconds UTC.';

CREATE TABLE ledger.envelope (
    shard text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    fiscal_year integer NOT NULL CHECK (fiscal_year BETWEEN 2000 AND 2199),
    funding_source text COLLATE "C" NOT NULL
    CHECK (funding_source IN ('national', 'city', 'district', 'other')),
    state text NOT NULL CHECK (state IN ('reserved', 'settled', 'released')),
    amount_krw bigint NOT NULL CHECK (amount_krw > 0),
    selected_krw bigint NOT NULL DEFAULT 0 CHECK (selected_krw BETWEEN 0 AND amount_krw),
    changed_time_ms bigint NOT NULL,
    changed_by text NOT NULL,
    change_reason text NOT NULL,
    PRIMARY KEY (shard, ballot_id),
    CHECK (state = 'settled' OR selected_krw = 0)
);
CREATE INDEX envelope_by_source ON ledger.envelope (shard, fiscal_year, funding_source);
COMMENT ON TABLE ledger.envelope IS 'The budget each ballot has reserved within the limit.';
COMMENT ON COLUMN ledger.envelope.shard IS 'The district.';
COMMENT ON COLUMN ledger.envelope.ballot_id IS 'The ballot.';
COMMENT ON COLUMN ledger.envelope.fiscal_year IS 'Fiscal year of the limit.';
COMMENT ON COLUMN ledger.envelope.funding_source IS 'Funding source of the limit.';
COMMENT ON COLUMN ledger.envelope.state IS
'reserved until the tally is certified, then settled; released when no ballot takes place.';
COMMENT ON COLUMN ledger.envelope.amount_krw IS 'Won reserved.';
COMMENT ON COLUMN ledger.envelope.selected_krw IS 'Won of it that the certified tally selected.';
COMMENT ON COLUMN ledger.envelope.changed_time_ms IS
'When its state changed last, milliseconds UTC.';

CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.journal
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.posting
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
CREATE TRIGGER entry_key_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry_key
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

ALTER TABLE ledger.journal ENABLE ALWAYS TRIGGER journal_append_only;
ALTER TABLE ledger.posting ENABLE ALWAYS TRIGGER posting_append_only;
ALTER TABLE ledger.entry_key ENABLE ALWAYS TRIGGER entry_key_append_only;

GRANT SELECT ON ledger.kind_rule TO ledger;
GRANT SELECT, INSERT ON ledger.journal, ledger.posting, ledger.entry_key, ledger.period TO ledger;
GRANT SELECT, INSERT ON ledger.head, ledger.account TO ledger;
GRANT SELECT, INSERT ON ledger.envelope_limit, ledger.envelope TO ledger;
GRANT UPDATE (seq, hash) ON ledger.head TO ledger;
GRANT UPDATE (balance_krw, version) ON ledger.account TO ledger;
GRANT UPDATE (limit_krw, set_by, set_time_ms) ON ledger.envelope_limit TO ledger;
GRANT UPDATE (fiscal_year, funding_source, state, amount_krw, selected_krw, changed_time_ms,
    changed_by, change_reason)
ON ledger.envelope TO ledger;
