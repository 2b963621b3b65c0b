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
    repeated boolean NOT NULL,
    same_line boolean NOT NULL,
    same_source boolean NOT NULL,
    next_year boolean NOT NULL,
    same_amount boolean NOT NULL,
    clearing boolean NOT NULL,
    needs_document boolean NOT NULL,
    needs_link boolean NOT NULL,
    reversible boolean NOT NULL,
    allowed_when_closed boolean NOT NULL,
    PRIMARY KEY (kind, transfer)
);
COMMENT ON TABLE ledger.kind_rule IS
'What each kind of entry may move: a row for each debit and its credit.';
COMMENT ON COLUMN ledger.kind_rule.kind IS
'The kind; its Korean name stands beside its rows in this migration.';
COMMENT ON COLUMN ledger.kind_rule.transfer IS
'Which debit and credit of the entry, from 1 on, in this order.';
COMMENT ON COLUMN ledger.kind_rule.debit_class IS
'Stage, or part of its code before the dot, that money leaves.';
COMMENT ON COLUMN ledger.kind_rule.credit_class IS
'Stage, or part of its code before the dot, that money enters.';
COMMENT ON COLUMN ledger.kind_rule.required IS
'Whether an entry of the kind without this transfer is refused.';
COMMENT ON COLUMN ledger.kind_rule.repeated IS
'Whether it may come several times, one after the other.';
COMMENT ON COLUMN ledger.kind_rule.same_line IS
'Whether it stays in the line of the entry''s first transfer.';
COMMENT ON COLUMN ledger.kind_rule.same_source IS
'Whether it stays in that line''s fiscal year and funding source.';
COMMENT ON COLUMN ledger.kind_rule.next_year IS
'Whether it is in that line one fiscal year on.';
COMMENT ON COLUMN ledger.kind_rule.same_amount IS
'Whether it moves exactly what the entry''s first transfer moves.';
COMMENT ON COLUMN ledger.kind_rule.clearing IS
'Whether what one line sends through a transfer or carry-over account must reach another.';
COMMENT ON COLUMN ledger.kind_rule.needs_document IS
'Whether the entry must name a document it rests on.';
COMMENT ON COLUMN ledger.kind_rule.needs_link IS
'Whether the entry must name the expenditure it takes back from.';
COMMENT ON COLUMN ledger.kind_rule.reversible IS
'Whether a reversal may take such an entry back.';
COMMENT ON COLUMN ledger.kind_rule.allowed_when_closed IS
'Whether it may be posted in a closed fiscal year.';

-- The kinds, with what they are called; then what each may move, a row for each debit and its
-- credit. `line` says where: in the line of the first transfer, in its year and source, or in the
-- same line of the next fiscal year. A reversal (역분개) has no rows: it mirrors another entry.
INSERT INTO ledger.kind_rule (
    kind, transfer, debit_class, credit_class, required, repeated, same_line, same_source,
    next_year, same_amount, clearing, needs_document, needs_link, reversible, allowed_when_closed
)
SELECT
    kind.code,
    moves.transfer,
    moves.debit_class,
    moves.credit_class,
    moves.required,
    moves.repeated,
    moves.line = 'same',
    moves.line IN ('same', 'source'),
    moves.line = 'next',
    moves.same_amount,
    kind.clearing,
    TRUE,
    kind.needs_link,
    kind.reversible,
    FALSE
FROM (
    VALUES
    -- code, clearing, needs_link, reversible
    ('allotment', FALSE, FALSE, TRUE), -- 배정
    ('allotment_return', FALSE, FALSE, TRUE), -- 배정회수
    ('appropriation', FALSE, FALSE, TRUE), -- 본예산 (주민 선정 사업)
    ('body_transfer', TRUE, FALSE, TRUE), -- 이체
    ('carryover_accident', TRUE, FALSE, TRUE), -- 사고이월
    ('carryover_continuing', TRUE, FALSE, TRUE), -- 계속비이월
    ('carryover_explicit', TRUE, FALSE, TRUE), -- 명시이월
    ('closing', FALSE, FALSE, FALSE), -- 마감
    ('commitment', FALSE, FALSE, TRUE), -- 지출원인행위
    ('commitment_cancel', FALSE, FALSE, TRUE), -- 지출원인행위 취소
    ('expenditure', FALSE, FALSE, TRUE), -- 집행, 낙찰차액
    ('expenditure_return', FALSE, TRUE, FALSE), -- 여입
    ('grant_decision', FALSE, FALSE, TRUE), -- 교부결정
    ('grant_expenditure', FALSE, FALSE, TRUE), -- 보조사업 집행
    ('grant_payment', FALSE, FALSE, TRUE), -- 교부
    ('item_transfer', TRUE, FALSE, TRUE), -- 전용
    ('lapse', FALSE, FALSE, TRUE), -- 불용
    ('main_budget', FALSE, FALSE, TRUE), -- 본예산
    ('policy_transfer', TRUE, FALSE, TRUE), -- 이용
    ('pre_approval', FALSE, FALSE, TRUE), -- 성립전 예산
    ('reclassification', FALSE, TRUE, FALSE), -- 과목경정
    ('refund', FALSE, FALSE, TRUE), -- 반납
    ('reserve_use', FALSE, FALSE, TRUE), -- 예비비 사용
    ('securing', FALSE, FALSE, TRUE), -- 확보
    ('selection', FALSE, FALSE, FALSE), -- 편성요구
    ('settlement', FALSE, FALSE, TRUE), -- 정산
    ('supplementary', FALSE, FALSE, TRUE), -- 추가경정예산 증액
    ('supplementary_cut', FALSE, FALSE, TRUE) -- 추가경정예산 감액
) AS kind (code, clearing, needs_link, reversible)
INNER JOIN (
    VALUES
    -- kind, transfer, debit_class, credit_class, required, repeated, line, same_amount
    ('allotment', 1, 'S20', 'S30', TRUE, FALSE, 'same', FALSE),
    ('allotment_return', 1, 'S30', 'S20', TRUE, FALSE, 'same', FALSE),
    ('appropriation', 1, 'R10.main', 'S10', TRUE, FALSE, 'same', TRUE),
    ('appropriation', 2, 'M10', 'M90', TRUE, FALSE, 'same', TRUE),
    ('body_transfer', 1, 'S20', 'R10.body_transfer', FALSE, TRUE, 'source', FALSE),
    ('body_transfer', 2, 'S30', 'R10.body_transfer', FALSE, TRUE, 'source', FALSE),
    ('body_transfer', 3, 'R10.body_transfer', 'S20', FALSE, TRUE, 'source', FALSE),
    ('body_transfer', 4, 'R10.body_transfer', 'S30', FALSE, TRUE, 'source', FALSE),
    ('carryover_accident', 1, 'S40', 'S80.accident', TRUE, FALSE, 'same', FALSE),
    ('carryover_accident', 2, 'R10.carryover_accident', 'S40', TRUE, FALSE, 'next', FALSE),
    ('carryover_continuing', 1, 'S30', 'S80.continuing', FALSE, FALSE, 'same', FALSE),
    ('carryover_continuing', 2, 'S40', 'S80.continuing', FALSE, FALSE, 'same', FALSE),
    ('carryover_continuing', 3, 'R10.carryover_continuing', 'S30', FALSE, FALSE, 'next', FALSE),
    ('carryover_continuing', 4, 'R10.carryover_continuing', 'S40', FALSE, FALSE, 'next', FALSE),
    ('carryover_explicit', 1, 'S30', 'S80.explicit', TRUE, FALSE, 'same', FALSE),
    ('carryover_explicit', 2, 'R10.carryover_explicit', 'S30', TRUE, FALSE, 'next', FALSE),
    ('closing', 1, 'M10', 'M90', FALSE, FALSE, 'same', FALSE),
    ('closing', 2, 'R10', 'R10', FALSE, TRUE, 'same', FALSE),
    ('closing', 3, 'S50', 'R10', FALSE, TRUE, 'same', FALSE),
    ('closing', 4, 'S60', 'R10', FALSE, TRUE, 'same', FALSE),
    ('closing', 5, 'S75', 'R10', FALSE, TRUE, 'same', FALSE),
    ('closing', 6, 'S80', 'R10', FALSE, TRUE, 'same', FALSE),
    ('closing', 7, 'S90', 'R10', FALSE, TRUE, 'same', FALSE),
    ('commitment', 1, 'S30', 'S40', TRUE, FALSE, 'same', FALSE),
    ('commitment_cancel', 1, 'S40', 'S30', TRUE, FALSE, 'same', FALSE),
    ('expenditure', 1, 'S40', 'S50', TRUE, FALSE, 'same', FALSE),
    ('expenditure', 2, 'S40', 'S30', FALSE, FALSE, 'same', FALSE),
    ('expenditure_return', 1, 'S50', 'S40', FALSE, FALSE, 'same', FALSE),
    ('expenditure_return', 2, 'S50', 'S30', FALSE, FALSE, 'same', FALSE),
    ('grant_decision', 1, 'S30', 'S40', TRUE, FALSE, 'same', FALSE),
    ('grant_expenditure', 1, 'S45', 'S50', TRUE, FALSE, 'same', FALSE),
    ('grant_payment', 1, 'S40', 'S45', TRUE, FALSE, 'same', FALSE),
    ('item_transfer', 1, 'S20', 'R10.item_transfer', FALSE, TRUE, 'source', FALSE),
    ('item_transfer', 2, 'S30', 'R10.item_transfer', FALSE, TRUE, 'source', FALSE),
    ('item_transfer', 3, 'R10.item_transfer', 'S20', FALSE, TRUE, 'source', FALSE),
    ('item_transfer', 4, 'R10.item_transfer', 'S30', FALSE, TRUE, 'source', FALSE),
    ('lapse', 1, 'S10', 'S90', FALSE, FALSE, 'same', FALSE),
    ('lapse', 2, 'S20', 'S90', FALSE, FALSE, 'same', FALSE),
    ('lapse', 3, 'S30', 'S90', FALSE, FALSE, 'same', FALSE),
    ('lapse', 4, 'S40', 'S90', FALSE, FALSE, 'same', FALSE),
    ('main_budget', 1, 'R10.main', 'S10', TRUE, FALSE, 'same', FALSE),
    ('policy_transfer', 1, 'S20', 'R10.policy_transfer', FALSE, TRUE, 'source', FALSE),
    ('policy_transfer', 2, 'S30', 'R10.policy_transfer', FALSE, TRUE, 'source', FALSE),
    ('policy_transfer', 3, 'R10.policy_transfer', 'S20', FALSE, TRUE, 'source', FALSE),
    ('policy_transfer', 4, 'R10.policy_transfer', 'S30', FALSE, TRUE, 'source', FALSE),
    ('pre_approval', 1, 'R10.pre_approval', 'S10', TRUE, FALSE, 'same', FALSE),
    ('reclassification', 1, 'S50', 'S30', TRUE, FALSE, 'same', FALSE),
    ('reclassification', 2, 'S30', 'S50', TRUE, FALSE, 'source', TRUE),
    ('refund', 1, 'S70', 'S75', FALSE, FALSE, 'same', FALSE),
    ('refund', 2, 'I10', 'I20', FALSE, FALSE, 'same', FALSE),
    ('reserve_use', 1, 'R10.reserve', 'S10', TRUE, FALSE, 'same', FALSE),
    ('securing', 1, 'S10', 'S20', TRUE, FALSE, 'same', FALSE),
    ('selection', 1, 'M90', 'M10', TRUE, FALSE, 'same', TRUE),
    ('settlement', 1, 'S50', 'S60', FALSE, FALSE, 'same', FALSE),
    ('settlement', 2, 'S45', 'S70', FALSE, FALSE, 'same', FALSE),
    ('settlement', 3, 'I20', 'I10', FALSE, FALSE, 'same', FALSE),
    ('supplementary', 1, 'R10.supplementary', 'S10', TRUE, FALSE, 'same', FALSE),
    ('supplementary', 2, 'M10', 'M90', FALSE, FALSE, 'same', TRUE),
    ('supplementary_cut', 1, 'S10', 'R10.supplementary', FALSE, FALSE, 'same', FALSE),
    ('supplementary_cut', 2, 'S20', 'R10.supplementary', FALSE, FALSE, 'same', FALSE),
    ('supplementary_cut', 3, 'S30', 'R10.supplementary', FALSE, FALSE, 'same', FALSE)
) AS moves (kind, transfer, debit_class, credit_class, required, repeated, line, same_amount)
    ON moves.kind = kind.code;

CREATE TABLE ledger.period (
    shard text COLLATE "C" NOT NULL,
    fiscal_year integer NOT NULL CHECK (fiscal_year BETWEEN 2000 AND 2199),
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    closed_by text,
    closed_time_ms bigint,
    closed_seq bigint,
    closed_hash bytea CHECK (length(closed_hash) = 32),
    PRIMARY KEY (shard, fiscal_year),
    CHECK ((state = 'closed') = (closed_seq IS NOT NULL)),
    CHECK ((closed_seq IS NULL) = (closed_hash IS NULL)),
    CHECK ((closed_seq IS NULL) = (closed_by IS NULL)),
    CHECK ((closed_seq IS NULL) = (closed_time_ms IS NULL))
);
COMMENT ON TABLE ledger.period IS
'Fiscal years that were opened; entries of any other year are refused.';
COMMENT ON COLUMN ledger.period.shard IS 'The district.';
COMMENT ON COLUMN ledger.period.fiscal_year IS 'The fiscal year (회계연도).';
COMMENT ON COLUMN ledger.period.state IS 'open, or closed after the closing of accounts (마감).';
COMMENT ON COLUMN ledger.period.closed_by IS 'Operator who closed it; NULL while it is open.';
COMMENT ON COLUMN ledger.period.closed_time_ms IS 'When it was closed, milliseconds UTC.';
COMMENT ON COLUMN ledger.period.closed_seq IS
'The journal''s last entry when it was closed; 0 when there was none.';
COMMENT ON COLUMN ledger.period.closed_hash IS 'That entry''s hash: the chain''s head at closing.';

CREATE TABLE ledger.line_freeze (
    shard text COLLATE "C" NOT NULL,
    fiscal_year integer NOT NULL CHECK (fiscal_year BETWEEN 2000 AND 2199),
    programme text COLLATE "C" NOT NULL CHECK (octet_length(programme) BETWEEN 1 AND 96),
    funding_source text COLLATE "C" NOT NULL
    CHECK (funding_source IN ('national', 'city', 'district', 'other')),
    reason text NOT NULL CHECK (octet_length(reason) BETWEEN 1 AND 300),
    frozen_by text NOT NULL,
    frozen_time_ms bigint NOT NULL,
    PRIMARY KEY (shard, fiscal_year, programme, funding_source)
);
COMMENT ON TABLE ledger.line_freeze IS
'Budget lines in which nothing may move for now (집행 보류). No row: the line is free.';
COMMENT ON COLUMN ledger.line_freeze.shard IS 'The district.';
COMMENT ON COLUMN ledger.line_freeze.fiscal_year IS 'Fiscal year of the line.';
COMMENT ON COLUMN ledger.line_freeze.programme IS 'Programme code of the line.';
COMMENT ON COLUMN ledger.line_freeze.funding_source IS 'Funding source of the line.';
COMMENT ON COLUMN ledger.line_freeze.reason IS 'Why, for people.';
COMMENT ON COLUMN ledger.line_freeze.frozen_by IS 'Operator who froze it.';
COMMENT ON COLUMN ledger.line_freeze.frozen_time_ms IS 'When it was frozen, milliseconds UTC.';

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
    linked_seq bigint CHECK (linked_seq > 0 AND linked_seq < seq),
    posted_time_ms bigint NOT NULL,
    document text NOT NULL,
    metadata text NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (shard, seq),
    UNIQUE (shard, key)
);
CREATE INDEX journal_by_link ON ledger.journal (shard, linked_seq) WHERE linked_seq IS NOT NULL;
COMMENT ON TABLE ledger.journal IS
'Every entry ever posted, chained by hash. Append-only: corrections are new entries.';
COMMENT ON COLUMN ledger.journal.shard IS 'The district.';
COMMENT ON COLUMN ledger.journal.seq IS 'Number of the entry: 1, 2, 3 without a gap.';
COMMENT ON COLUMN ledger.journal.key IS
'Identity of the entry: the idempotency key it was requested under.';
COMMENT ON COLUMN ledger.journal.kind IS 'Kind of the entry; its rules are in kind_rule.';
COMMENT ON COLUMN ledger.journal.effective_date IS 'Day it takes effect, yyyymmdd in Korean time.';
COMMENT ON COLUMN ledger.journal.period IS 'Fiscal year that had to be open.';
COMMENT ON COLUMN ledger.journal.linked_seq IS
'The entry that this one corrects or follows from; NULL when there is none.';
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

-- A closed year stays closed, whoever asks.
CREATE TRIGGER period_stays_closed BEFORE UPDATE ON ledger.period
FOR EACH ROW WHEN (old.state = 'closed' OR new.state = 'open')
EXECUTE FUNCTION event.refuse_change();
CREATE TRIGGER period_is_kept BEFORE DELETE OR TRUNCATE ON ledger.period
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

ALTER TABLE ledger.period ENABLE ALWAYS TRIGGER period_stays_closed;
ALTER TABLE ledger.period ENABLE ALWAYS TRIGGER period_is_kept;
ALTER TABLE ledger.journal ENABLE ALWAYS TRIGGER journal_append_only;
ALTER TABLE ledger.posting ENABLE ALWAYS TRIGGER posting_append_only;
ALTER TABLE ledger.entry_key ENABLE ALWAYS TRIGGER entry_key_append_only;

GRANT SELECT ON ledger.kind_rule TO ledger;
GRANT SELECT, INSERT ON ledger.journal, ledger.posting, ledger.entry_key, ledger.period TO ledger;
GRANT SELECT, INSERT ON ledger.head, ledger.account TO ledger;
GRANT SELECT, INSERT ON ledger.envelope_limit, ledger.envelope TO ledger;
GRANT SELECT, INSERT, DELETE ON ledger.line_freeze TO ledger;
GRANT UPDATE (seq, hash) ON ledger.head TO ledger;
GRANT UPDATE (state, closed_by, closed_time_ms, closed_seq, closed_hash) ON ledger.period TO ledger;
GRANT UPDATE (balance_krw, version) ON ledger.account TO ledger;
GRANT UPDATE (limit_krw, set_by, set_time_ms) ON ledger.envelope_limit TO ledger;
GRANT UPDATE (fiscal_year, funding_source, state, amount_krw, selected_krw, changed_time_ms,
    changed_by, change_reason)
ON ledger.envelope TO ledger;
