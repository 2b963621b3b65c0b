-- SPDX-License-Identifier: Apache-2.0
-- Requests of the finance stream for something else than entries (holds, limits, grants,
-- settlements, fiscal years, frozen lines) that were answered, so that each is answered once
-- however often it comes. Requests for entries are remembered as all entries are. Append-only.

CREATE TABLE ledger.finance_request (
    shard text COLLATE "C" NOT NULL,
    key uuid NOT NULL,
    request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
    answered_time_ms bigint NOT NULL,
    PRIMARY KEY (shard, key)
);
COMMENT ON TABLE ledger.finance_request IS
'Requests by message that were answered, accepted or refused, entries excepted. Append-only.';
COMMENT ON COLUMN ledger.finance_request.shard IS 'The district.';
COMMENT ON COLUMN ledger.finance_request.key IS
'UUIDv5 of the stream and the event''s id; also the id of a hold or grant that it asked for.';
COMMENT ON COLUMN ledger.finance_request.request_hash IS
'SHA-256 of the message: anything else under the event''s id is refused.';
COMMENT ON COLUMN ledger.finance_request.answered_time_ms IS 'When, milliseconds UTC.';

CREATE TRIGGER finance_request_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.finance_request
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE ledger.finance_request ENABLE ALWAYS TRIGGER finance_request_append_only;

GRANT SELECT, INSERT ON ledger.finance_request TO ledger;
