-- SPDX-License-Identifier: Apache-2.0
-- Grants (보조금·교부금): what may be granted at most, and to whom, for how long and until when it
-- must be settled. It must never hold a balance: what was paid and settled is the journal's.

CREATE TABLE ledger.grant_rule (
    instrument text COLLATE "C" NOT NULL PRIMARY KEY CHECK (instrument ~ '^[a-z_]{1,32}$'),
    name_ko text NOT NULL,
    cap_krw bigint NOT NULL CHECK (cap_krw > 0),
    cap_month_count integer CHECK (cap_month_count > 0),
    month_max integer CHECK (month_max > 0),
    planning_month_max integer CHECK (planning_month_max >= 0),
    basis text NOT NULL
);
COMMENT ON TABLE ledger.grant_rule IS 'What each kind of grant may be at most; a row for each.';
COMMENT ON COLUMN ledger.grant_rule.instrument IS 'Code of the kind of grant.';
COMMENT ON COLUMN ledger.grant_rule.name_ko IS 'Its name.';
COMMENT ON COLUMN ledger.grant_rule.cap_krw IS
'Most won of one grant, or of cap_month_count months.';
COMMENT ON COLUMN ledger.grant_rule.cap_month_count IS
'Months that the cap is for; NULL when it is for a grant of whatever length.';
COMMENT ON COLUMN ledger.grant_rule.month_max IS 'Longest grant in months; NULL: any.';
COMMENT ON COLUMN ledger.grant_rule.planning_month_max IS
'Most months of it that may be for planning; NULL: any.';
COMMENT ON COLUMN ledger.grant_rule.basis IS 'The document that says so.';

INSERT INTO ledger.grant_rule (
    instrument, name_ko, cap_krw, cap_month_count, month_max, planning_month_max, basis
) VALUES
('dong', '참여예산 동단위', 30000000, NULL, NULL, NULL, '2017 지역협치 기본계획'),
('innovation_plan', '지역사회혁신계획', 300000000, 12, 36, 12, '2017 지역협치 기본계획 V'),
('integration', '통합비용', 200000000, NULL, NULL, NULL, '2017 지역협치 기본계획'),
('participatory_general', '참여예산 일반형 (구단위)', 500000000, NULL, NULL, NULL, '2017 지역협치 기본계획'),
('participatory_planned', '참여예산 계획형', 1000000000, NULL, NULL, NULL, '2017 지역협치 기본계획'),
('platform', '시민협력플랫폼', 100000000, 12, 36, NULL, '2017 지역협치 기본계획 VI');

CREATE TABLE ledger.grant_award (
    shard text COLLATE "C" NOT NULL,
    grant_id uuid NOT NULL,
    instrument text COLLATE "C" NOT NULL REFERENCES ledger.grant_rule (instrument),
    fiscal_year integer NOT NULL CHECK (fiscal_year BETWEEN 2000 AND 2199),
    programme text COLLATE "C" NOT NULL CHECK (octet_length(programme) BETWEEN 1 AND 96),
    national_krw bigint CHECK (national_krw > 0),
    city_krw bigint CHECK (city_krw > 0),
    district_krw bigint CHECK (district_krw > 0),
    other_krw bigint CHECK (other_krw > 0),
    start_date integer NOT NULL CHECK (start_date BETWEEN 20000101 AND 21991231),
    end_date integer NOT NULL CHECK (end_date BETWEEN 20000101 AND 21991231),
    month_count integer NOT NULL CHECK (month_count > 0),
    planning_month_count integer NOT NULL CHECK (planning_month_count BETWEEN 0 AND month_count),
    settlement_due_date integer NOT NULL
    CHECK (settlement_due_date BETWEEN 20000101 AND 21991231),
    document text NOT NULL CHECK (octet_length(document) BETWEEN 1 AND 600),
    request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
    registered_by text NOT NULL,
    registered_time_ms bigint NOT NULL,
    PRIMARY KEY (shard, grant_id),
    CHECK (start_date <= end_date),
    CHECK (end_date < settlement_due_date),
    CHECK (coalesce(national_krw, city_krw, district_krw, other_krw) IS NOT NULL)
);
CREATE INDEX grant_award_by_year ON ledger.grant_award (shard, fiscal_year, programme);
COMMENT ON TABLE ledger.grant_award IS 'Grants with their terms. Append-only.';
COMMENT ON COLUMN ledger.grant_award.shard IS 'The district.';
COMMENT ON COLUMN ledger.grant_award.grant_id IS
'Its identity: the idempotency key it was registered under.';
COMMENT ON COLUMN ledger.grant_award.instrument IS 'Kind of grant; its caps are in grant_rule.';
COMMENT ON COLUMN ledger.grant_award.fiscal_year IS 'Fiscal year of the lines it is paid from.';
COMMENT ON COLUMN ledger.grant_award.programme IS 'Programme code of those lines.';
COMMENT ON COLUMN ledger.grant_award.national_krw IS 'Won of it from 국비; NULL: none of it.';
COMMENT ON COLUMN ledger.grant_award.city_krw IS 'Won of it from 시비; NULL: none of it.';
COMMENT ON COLUMN ledger.grant_award.district_krw IS 'Won of it from 구비; NULL: none of it.';
COMMENT ON COLUMN ledger.grant_award.other_krw IS 'Won of it from 기타; NULL: none of it.';
COMMENT ON COLUMN ledger.grant_award.start_date IS 'First day of the granted work, yyyymmdd.';
COMMENT ON COLUMN ledger.grant_award.end_date IS 'Last day of the granted work, yyyymmdd.';
COMMENT ON COLUMN ledger.grant_award.month_count IS 'Months from first to last day.';
COMMENT ON COLUMN ledger.grant_award.planning_month_count IS 'Months of it that are for planning.';
COMMENT ON COLUMN ledger.grant_award.settlement_due_date IS
'Day by which it must be settled, yyyymmdd.';
COMMENT ON COLUMN ledger.grant_award.document IS 'What it rests on: a decision, a pact.';
COMMENT ON COLUMN ledger.grant_award.request_hash IS
'SHA-256 of the request: another request under its key is a conflict.';
COMMENT ON COLUMN ledger.grant_award.registered_by IS 'Operator who registered it.';
COMMENT ON COLUMN ledger.grant_award.registered_time_ms IS
'When it was registered, milliseconds UTC.';

CREATE TABLE ledger.grant_body (
    shard text COLLATE "C" NOT NULL,
    grant_id uuid NOT NULL,
    place smallint NOT NULL CHECK (place BETWEEN 1 AND 16),
    name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    PRIMARY KEY (shard, grant_id, place),
    UNIQUE (shard, grant_id, name),
    FOREIGN KEY (shard, grant_id) REFERENCES ledger.grant_award (shard, grant_id)
);
COMMENT ON TABLE ledger.grant_body IS
'The organisations that perform a grant; several are a consortium. Never a person. Append-only.';
COMMENT ON COLUMN ledger.grant_body.shard IS 'The district.';
COMMENT ON COLUMN ledger.grant_body.grant_id IS 'The grant.';
COMMENT ON COLUMN ledger.grant_body.place IS
'1 for the one that leads (주관단체), 2 and on for others.';
COMMENT ON COLUMN ledger.grant_body.name IS 'Name of the organisation.';

CREATE TRIGGER grant_award_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.grant_award
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
CREATE TRIGGER grant_body_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.grant_body
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE ledger.grant_award ENABLE ALWAYS TRIGGER grant_award_append_only;
ALTER TABLE ledger.grant_body ENABLE ALWAYS TRIGGER grant_body_append_only;

GRANT SELECT ON ledger.grant_rule TO ledger;
GRANT SELECT, INSERT ON ledger.grant_award, ledger.grant_body TO ledger;
