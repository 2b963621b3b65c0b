-- SPDX-License-Identifier: Apache-2.0
-- What operators decided about a ballot, beside what was frozen and what was computed: a later end
-- of its window, votes that are void, options that are excluded.

CREATE TABLE reporting.ballot_extension (
    district text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    extension_no integer NOT NULL CHECK (extension_no > 0),
    closes_time_ms bigint NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (district, ballot_id, extension_no)
);
COMMENT ON TABLE reporting.ballot_extension IS
'Extensions of windows, from ballot.extended; the last one holds.';
COMMENT ON COLUMN reporting.ballot_extension.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.ballot_extension.ballot_id IS 'The ballot.';
COMMENT ON COLUMN reporting.ballot_extension.extension_no IS '1, 2, 3 and so on.';
COMMENT ON COLUMN reporting.ballot_extension.closes_time_ms IS
'When the window ends instead, UTC milliseconds since 1970.';
COMMENT ON COLUMN reporting.ballot_extension.reason IS 'Why, as it was published.';

CREATE TABLE reporting_check.ballot_extension (LIKE reporting.ballot_extension INCLUDING ALL);

ALTER TABLE reporting.tally ADD COLUMN voids bigint NOT NULL DEFAULT 0 CHECK (voids >= 0);
ALTER TABLE reporting_check.tally ADD COLUMN voids bigint NOT NULL DEFAULT 0 CHECK (voids >= 0);
COMMENT ON COLUMN reporting.tally.voids IS
'Voters whose final vote is void, who are not in voters.';

ALTER TABLE reporting.option_result ADD COLUMN exclusion_reason text NOT NULL DEFAULT '';
ALTER TABLE reporting_check.option_result ADD COLUMN exclusion_reason text NOT NULL DEFAULT '';
COMMENT ON COLUMN reporting.option_result.exclusion_reason IS
'Why operators excluded what the tally funded; empty where they did not.';

GRANT SELECT, INSERT ON reporting.ballot_extension TO reporting;
GRANT SELECT, INSERT, UPDATE, TRUNCATE ON reporting_check.ballot_extension TO reporting;
