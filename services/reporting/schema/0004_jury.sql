-- SPDX-License-Identifier: Apache-2.0
-- The weights that a jury's scores were counted with beside the residents' votes.

ALTER TABLE reporting.tally
ADD COLUMN resident_weight integer NOT NULL DEFAULT 0 CHECK (resident_weight BETWEEN 0 AND 100),
ADD COLUMN jury_weight integer NOT NULL DEFAULT 0 CHECK (jury_weight BETWEEN 0 AND 100);
ALTER TABLE reporting_check.tally
ADD COLUMN resident_weight integer NOT NULL DEFAULT 0 CHECK (resident_weight BETWEEN 0 AND 100),
ADD COLUMN jury_weight integer NOT NULL DEFAULT 0 CHECK (jury_weight BETWEEN 0 AND 100);
COMMENT ON COLUMN reporting.tally.resident_weight IS
'What the residents'' votes weighed beside a jury''s scores; 0 without a jury.';
COMMENT ON COLUMN reporting.tally.jury_weight IS 'What the jury''s scores weighed; 0 without one.';
