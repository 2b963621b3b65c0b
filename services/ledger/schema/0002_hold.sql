-- SPDX-License-Identifier: Apache-2.0
-- Holds: money of an account that is promised to a commitment (원인행위) or a grant decision
-- (교부결정) until a deadline. A row ends once, and stays as it ended; whatever is still held is the
-- held_krw of its account. It must never move money: that is the journal's.

CREATE TABLE ledger.hold (
    shard text COLLATE "C" NOT NULL,
    hold_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('commitment', 'grant_decision')),
    fiscal_year integer NOT NULL CHECK (fiscal_year BETWEEN 2000 AND 2199),
    programme text COLLATE "C" NOT NULL CHECK (octet_length(programme) BETWEEN 1 AND 96),
    funding_source text COLLATE "C" NOT NULL
    CHECK (funding_source IN ('national', 'city', 'district', 'other')),
    stage text COLLATE "C" NOT NULL CHECK (length(stage) BETWEEN 1 AND 32),
    amount_krw bigint NOT NULL CHECK (amount_krw > 0),
    expires_time_ms bigint NOT NULL,
    document text NOT NULL CHECK (octet_length(document) BETWEEN 1 AND 600),
    request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
    placed_by text NOT NULL,
    placed_time_ms bigint NOT NULL,
    state text NOT NULL DEFAULT 'held'
    CHECK (state IN ('held', 'committed', 'released', 'expired')),
    committed_krw bigint NOT NULL DEFAULT 0 CHECK (committed_krw BETWEEN 0 AND amount_krw),
    seq bigint CHECK (seq > 0),
    ended_time_ms bigint,
    ended_by text,
    end_reason text,
    PRIMARY KEY (shard, hold_id),
    CHECK (expires_time_ms > placed_time_ms),
    CHECK ((state = 'committed') = (seq IS NOT NULL)),
    CHECK ((state = 'committed') = (committed_krw > 0)),
    CHECK ((state = 'held') = (ended_time_ms IS NULL)),
    CHECK ((state = 'released') = (ended_by IS NOT NULL)),
    CHECK ((state = 'released') = (end_reason IS NOT NULL))
);
CREATE INDEX hold_by_account
ON ledger.hold (shard, fiscal_year, programme, funding_source, stage, expires_time_ms)
WHERE state = 'held';
CREATE INDEX hold_by_deadline ON ledger.hold (shard, expires_time_ms) WHERE state = 'held';
COMMENT ON TABLE ledger.hold IS
'Money promised until a deadline (예산 사용 예약): what becomes of it is said once, for good.';
COMMENT ON COLUMN ledger.hold.shard IS 'The district.';
COMMENT ON COLUMN ledger.hold.hold_id IS 'Its identity: the idempotency key it was placed under.';
COMMENT ON COLUMN ledger.hold.kind IS 'Kind of the entry that may take it up.';
COMMENT ON COLUMN ledger.hold.fiscal_year IS 'Fiscal year of the account''s line.';
COMMENT ON COLUMN ledger.hold.programme IS 'Programme code of the account''s line.';
COMMENT ON COLUMN ledger.hold.funding_source IS 'Funding source of the account''s line.';
COMMENT ON COLUMN ledger.hold.stage IS 'Stage of the account that holds it.';
COMMENT ON COLUMN ledger.hold.amount_krw IS 'Won that are held.';
COMMENT ON COLUMN ledger.hold.expires_time_ms IS
'From this moment on it can no longer be taken up, milliseconds UTC.';
COMMENT ON COLUMN ledger.hold.document IS 'What it rests on, for people.';
COMMENT ON COLUMN ledger.hold.request_hash IS
'SHA-256 of the request: another request under its key is a conflict.';
COMMENT ON COLUMN ledger.hold.placed_by IS 'Operator who placed it.';
COMMENT ON COLUMN ledger.hold.placed_time_ms IS 'When it was placed, milliseconds UTC.';
COMMENT ON COLUMN ledger.hold.state IS
'held, until an entry takes it up, an operator releases it or its deadline passes.';
COMMENT ON COLUMN ledger.hold.committed_krw IS
'Won of it that an entry took up; the rest became free with it.';
COMMENT ON COLUMN ledger.hold.seq IS 'The entry that took it up; NULL when none did.';
COMMENT ON COLUMN ledger.hold.ended_time_ms IS
'When it ended, milliseconds UTC; NULL while it is held.';
COMMENT ON COLUMN ledger.hold.ended_by IS 'Operator who released it; NULL when nobody did.';
COMMENT ON COLUMN ledger.hold.end_reason IS 'Why it was released, for people.';

-- A hold ends once, whoever asks.
CREATE TRIGGER hold_ends_once BEFORE UPDATE ON ledger.hold
FOR EACH ROW WHEN (old.state != 'held' OR new.state = 'held')
EXECUTE FUNCTION event.refuse_change();
CREATE TRIGGER hold_is_kept BEFORE DELETE OR TRUNCATE ON ledger.hold
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE ledger.hold ENABLE ALWAYS TRIGGER hold_ends_once;
ALTER TABLE ledger.hold ENABLE ALWAYS TRIGGER hold_is_kept;

GRANT SELECT, INSERT ON ledger.hold TO ledger;
GRANT UPDATE (state, committed_krw, seq, ended_time_ms, ended_by, end_reason)
ON ledger.hold TO ledger;
GRANT UPDATE (held_krw) ON ledger.account TO ledger;
