-- SPDX-License-Identifier: Apache-2.0
-- Extensions of holds: a deadline that an operator moved later, with what it was before, who did it
-- and why. The hold's row keeps the deadline that counts; this table keeps how it came to it.
-- Append-only.

CREATE TABLE ledger.hold_extension (
    shard text COLLATE "C" NOT NULL,
    hold_id uuid NOT NULL,
    expires_time_ms bigint NOT NULL,
    previous_time_ms bigint NOT NULL,
    extended_by text NOT NULL,
    extended_time_ms bigint NOT NULL,
    reason text NOT NULL CHECK (octet_length(reason) BETWEEN 1 AND 300),
    PRIMARY KEY (shard, hold_id, expires_time_ms),
    CHECK (expires_time_ms > previous_time_ms)
);
COMMENT ON TABLE ledger.hold_extension IS
'Every time that a hold''s deadline was moved (예약 기한 연장). Append-only.';
COMMENT ON COLUMN ledger.hold_extension.shard IS 'The district.';
COMMENT ON COLUMN ledger.hold_extension.hold_id IS 'The hold.';
COMMENT ON COLUMN ledger.hold_extension.expires_time_ms IS
'The deadline from then on, milliseconds UTC.';
COMMENT ON COLUMN ledger.hold_extension.previous_time_ms IS
'The deadline until then, milliseconds UTC.';
COMMENT ON COLUMN ledger.hold_extension.extended_by IS 'Operator who moved it.';
COMMENT ON COLUMN ledger.hold_extension.extended_time_ms IS 'When, milliseconds UTC.';
COMMENT ON COLUMN ledger.hold_extension.reason IS 'Why, for people.';

CREATE TRIGGER hold_extension_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.hold_extension
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE ledger.hold_extension ENABLE ALWAYS TRIGGER hold_extension_append_only;

-- A hold still ends once, whoever asks; while it is held its deadline may move, and only later.
DROP TRIGGER hold_ends_once ON ledger.hold;
CREATE TRIGGER hold_ends_once BEFORE UPDATE ON ledger.hold
FOR EACH ROW WHEN (
    old.state != 'held'
    OR (new.state = 'held' AND new.expires_time_ms <= old.expires_time_ms)
    OR (new.state != 'held' AND new.expires_time_ms != old.expires_time_ms)
)
EXECUTE FUNCTION event.refuse_change();
ALTER TABLE ledger.hold ENABLE ALWAYS TRIGGER hold_ends_once;

GRANT SELECT, INSERT ON ledger.hold_extension TO ledger;
GRANT UPDATE (expires_time_ms) ON ledger.hold TO ledger;
