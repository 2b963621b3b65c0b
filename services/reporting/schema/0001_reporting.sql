-- SPDX-License-Identifier: Apache-2.0
-- Reporting's own tables: what the events of participation and the ledger have said, by ballot and
-- by budget line. Run by the owner role; the service's role is `reporting`, which gets only what it
-- uses. It must never touch schema `event`, which is the runtime's.
--
-- Each table is written by one or two types of event and refers to no other table, so that the two
-- streams may arrive in any order and mean the same. The tables stand twice: schema
-- `reporting_check` is where a rebuild check computes them again, from event 1, to compare.

CREATE SCHEMA reporting;
COMMENT ON SCHEMA reporting IS 'The read model: everything in it can be computed from events.';
CREATE SCHEMA reporting_check;
COMMENT ON SCHEMA reporting_check IS
'The same tables, computed again by a rebuild check; means nothing at other times.';
GRANT USAGE ON SCHEMA reporting, reporting_check TO reporting;

CREATE TABLE reporting.ballot (
    district text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    title text NOT NULL,
    budget_year integer NOT NULL,
    funding_source text NOT NULL,
    budget_krw bigint NOT NULL CHECK (budget_krw >= 0),
    opens_time_ms bigint NOT NULL,
    closes_time_ms bigint NOT NULL,
    definition_hash bytea NOT NULL CHECK (length(definition_hash) = 32),
    method text NOT NULL,
    rule text NOT NULL,
    demonstration boolean NOT NULL,
    PRIMARY KEY (district, ballot_id),
    CHECK (funding_source IN ('national', 'city', 'district', 'other'))
);
COMMENT ON TABLE reporting.ballot IS 'Ballots as they were opened, from ballot.opened.';
COMMENT ON COLUMN reporting.ballot.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.ballot.ballot_id IS 'The ballot.';
COMMENT ON COLUMN reporting.ballot.title IS 'Title.';
COMMENT ON COLUMN reporting.ballot.budget_year IS 'Budget year the money belongs to.';
COMMENT ON COLUMN reporting.ballot.funding_source IS 'Where the money comes from.';
COMMENT ON COLUMN reporting.ballot.budget_krw IS 'Budget, in won.';
COMMENT ON COLUMN reporting.ballot.opens_time_ms IS
'Votes are accepted from then on, UTC milliseconds since 1970.';
COMMENT ON COLUMN reporting.ballot.closes_time_ms IS
'Votes are accepted until then, UTC milliseconds since 1970.';
COMMENT ON COLUMN reporting.ballot.definition_hash IS 'Hash of the frozen definition.';
COMMENT ON COLUMN reporting.ballot.method IS 'How people vote: approval, choose-1.';
COMMENT ON COLUMN reporting.ballot.rule IS 'How winners are found: the tally rule.';
COMMENT ON COLUMN reporting.ballot.demonstration IS 'True for demonstration data.';

CREATE TABLE reporting.ballot_option (
    district text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    option_id text NOT NULL,
    name text NOT NULL,
    cost_krw bigint NOT NULL CHECK (cost_krw >= 0),
    area text NOT NULL,
    field text NOT NULL,
    programme text COLLATE "C" NOT NULL,
    PRIMARY KEY (district, ballot_id, number),
    UNIQUE (district, ballot_id, option_id)
);
COMMENT ON TABLE reporting.ballot_option IS 'Options of ballots, from ballot.opened.';
COMMENT ON COLUMN reporting.ballot_option.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.ballot_option.ballot_id IS 'The ballot.';
COMMENT ON COLUMN reporting.ballot_option.number IS 'Place in listed order: 1, 2, 3 and so on.';
COMMENT ON COLUMN reporting.ballot_option.option_id IS 'Id in the ballot''s definition.';
COMMENT ON COLUMN reporting.ballot_option.name IS 'Name.';
COMMENT ON COLUMN reporting.ballot_option.cost_krw IS 'Cost, in won.';
COMMENT ON COLUMN reporting.ballot_option.area IS 'Area it is for; empty for everywhere.';
COMMENT ON COLUMN reporting.ballot_option.field IS 'Field; empty where none is given.';
COMMENT ON COLUMN reporting.ballot_option.programme IS
'Budget programme it becomes when it is funded.';
CREATE INDEX ballot_option_by_programme ON reporting.ballot_option (district, programme);

CREATE TABLE reporting.turnout (
    district text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    batch_no bigint NOT NULL CHECK (batch_no > 0),
    voters bigint NOT NULL CHECK (voters >= 0),
    PRIMARY KEY (district, ballot_id)
);
COMMENT ON TABLE reporting.turnout IS
'Voters so far, from votes.accepted. Exact: shown only rounded.';
COMMENT ON COLUMN reporting.turnout.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.turnout.ballot_id IS 'The ballot.';
COMMENT ON COLUMN reporting.turnout.batch_no IS 'The newest commit of votes that was heard.';
COMMENT ON COLUMN reporting.turnout.voters IS 'Voters after it.';

CREATE TABLE reporting.closing (
    district text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    closed_time_ms bigint NOT NULL,
    voters bigint NOT NULL CHECK (voters >= 0),
    revisions bigint NOT NULL CHECK (revisions >= 0),
    days integer NOT NULL CHECK (days >= 0),
    PRIMARY KEY (district, ballot_id)
);
COMMENT ON TABLE reporting.closing IS 'How ballots were closed, from ballot.closed.';
COMMENT ON COLUMN reporting.closing.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.closing.ballot_id IS 'The ballot.';
COMMENT ON COLUMN reporting.closing.closed_time_ms IS 'When, UTC milliseconds since 1970.';
COMMENT ON COLUMN reporting.closing.voters IS 'Voters, each counted once.';
COMMENT ON COLUMN reporting.closing.revisions IS 'Votes that revised an earlier one.';
COMMENT ON COLUMN reporting.closing.days IS 'Days of voting, each begun day counted.';

CREATE TABLE reporting.turnout_cell (
    district text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    dimension text NOT NULL,
    place integer NOT NULL CHECK (place > 0),
    name text NOT NULL,
    voters bigint CHECK (voters >= 0),
    PRIMARY KEY (district, ballot_id, dimension, place)
);
COMMENT ON TABLE reporting.turnout_cell IS 'Turnout tables of closed ballots, from ballot.closed.';
COMMENT ON COLUMN reporting.turnout_cell.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.turnout_cell.ballot_id IS 'The ballot.';
COMMENT ON COLUMN reporting.turnout_cell.dimension IS
'What the cell is one of: area, channel, sex, age_band, basis, day.';
COMMENT ON COLUMN reporting.turnout_cell.place IS 'Place in its table: 1, 2, 3 and so on.';
COMMENT ON COLUMN reporting.turnout_cell.name IS 'What the cell counts.';
COMMENT ON COLUMN reporting.turnout_cell.voters IS
'Voters; NULL where the count is withheld, which is not zero.';

CREATE TABLE reporting.tally (
    district text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    certified_time_ms bigint NOT NULL,
    funded_krw bigint NOT NULL CHECK (funded_krw >= 0),
    voters bigint NOT NULL CHECK (voters >= 0),
    selections bigint NOT NULL CHECK (selections >= 0),
    PRIMARY KEY (district, ballot_id)
);
COMMENT ON TABLE reporting.tally IS 'Certified tallies, from tally.certified.';
COMMENT ON COLUMN reporting.tally.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.tally.ballot_id IS 'The ballot.';
COMMENT ON COLUMN reporting.tally.certified_time_ms IS 'When, UTC milliseconds since 1970.';
COMMENT ON COLUMN reporting.tally.funded_krw IS 'Cost of the funded options, in won.';
COMMENT ON COLUMN reporting.tally.voters IS 'Voters whose final vote was counted.';
COMMENT ON COLUMN reporting.tally.selections IS 'Sum of all scores.';

CREATE TABLE reporting.option_result (
    district text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    option_id text NOT NULL,
    score bigint NOT NULL CHECK (score >= 0),
    funded boolean NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (district, ballot_id, option_id)
);
COMMENT ON TABLE reporting.option_result IS 'What became of each option, from tally.certified.';
COMMENT ON COLUMN reporting.option_result.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.option_result.ballot_id IS 'The ballot.';
COMMENT ON COLUMN reporting.option_result.option_id IS 'Id in the ballot''s definition.';
COMMENT ON COLUMN reporting.option_result.score IS 'Its score: votes, or points.';
COMMENT ON COLUMN reporting.option_result.funded IS 'Whether it is funded.';
COMMENT ON COLUMN reporting.option_result.reason IS 'Why: the tally''s reason code.';

CREATE TABLE reporting.envelope (
    district text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    reserved_seq bigint,
    reserved_krw bigint,
    released_seq bigint,
    released_krw bigint,
    selected_krw bigint,
    PRIMARY KEY (district, ballot_id),
    CHECK ((reserved_seq IS NULL) = (reserved_krw IS NULL)),
    CHECK ((released_seq IS NULL) = (released_krw IS NULL)),
    CHECK ((released_seq IS NULL) = (selected_krw IS NULL))
);
COMMENT ON TABLE reporting.envelope IS
'Budgets of ballots, from envelope.reserved and envelope.released.';
COMMENT ON COLUMN reporting.envelope.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.envelope.ballot_id IS 'The ballot.';
COMMENT ON COLUMN reporting.envelope.reserved_seq IS
'The ledger''s event that reserved it; NULL when none was heard.';
COMMENT ON COLUMN reporting.envelope.reserved_krw IS 'Won reserved; NULL with reserved_seq.';
COMMENT ON COLUMN reporting.envelope.released_seq IS
'The ledger''s event that released it; NULL when none was heard.';
COMMENT ON COLUMN reporting.envelope.released_krw IS 'Won released; NULL with released_seq.';
COMMENT ON COLUMN reporting.envelope.selected_krw IS
'Won that the winners took; NULL with released_seq.';

CREATE TABLE reporting.budget_line (
    district text COLLATE "C" NOT NULL,
    fiscal_year integer NOT NULL,
    programme text COLLATE "C" NOT NULL,
    funding_source text COLLATE "C" NOT NULL,
    stage text COLLATE "C" NOT NULL,
    balance_krw bigint NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    PRIMARY KEY (district, fiscal_year, programme, funding_source, stage),
    CHECK (funding_source IN ('national', 'city', 'district', 'other'))
);
COMMENT ON TABLE reporting.budget_line IS 'Balances of the ledger''s accounts, from entry.posted.';
COMMENT ON COLUMN reporting.budget_line.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.budget_line.fiscal_year IS 'Budget year of the line.';
COMMENT ON COLUMN reporting.budget_line.programme IS 'Programme of the line.';
COMMENT ON COLUMN reporting.budget_line.funding_source IS 'Source of the line.';
COMMENT ON COLUMN reporting.budget_line.stage IS 'Stage: M10, S10 and so on.';
COMMENT ON COLUMN reporting.budget_line.balance_krw IS 'Balance, in won; credit is positive.';
COMMENT ON COLUMN reporting.budget_line.version IS 'How many postings it has.';

CREATE TABLE reporting.ballot_line (
    district text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    fiscal_year integer NOT NULL,
    programme text COLLATE "C" NOT NULL,
    funding_source text COLLATE "C" NOT NULL,
    PRIMARY KEY (district, ballot_id, fiscal_year, programme, funding_source)
);
COMMENT ON TABLE reporting.ballot_line IS
'Budget lines that entries named a ballot for, from entry.posted.';
COMMENT ON COLUMN reporting.ballot_line.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.ballot_line.ballot_id IS 'The ballot.';
COMMENT ON COLUMN reporting.ballot_line.fiscal_year IS 'Budget year of the line.';
COMMENT ON COLUMN reporting.ballot_line.programme IS 'Programme of the line.';
COMMENT ON COLUMN reporting.ballot_line.funding_source IS 'Source of the line.';

-- What was said is no part of the read model: a rebuild says nothing.
CREATE TABLE reporting.publication (
    district text COLLATE "C" NOT NULL,
    ballot_id uuid NOT NULL,
    report_version bigint NOT NULL DEFAULT 0 CHECK (report_version >= 0),
    participation_seq bigint NOT NULL DEFAULT 0 CHECK (participation_seq >= 0),
    ledger_seq bigint NOT NULL DEFAULT 0 CHECK (ledger_seq >= 0),
    PRIMARY KEY (district, ballot_id)
);
COMMENT ON TABLE reporting.publication IS
'What ballot-report.published has said of each ballot last, and from which events.';
COMMENT ON COLUMN reporting.publication.district IS 'The district this deployment serves.';
COMMENT ON COLUMN reporting.publication.ballot_id IS 'The ballot.';
COMMENT ON COLUMN reporting.publication.report_version IS
'Grows by one with every published change; 0 before the first.';
COMMENT ON COLUMN reporting.publication.participation_seq IS
'The newest event of participation about this ballot; 0 before any.';
COMMENT ON COLUMN reporting.publication.ledger_seq IS
'The newest event of the ledger about this ballot; 0 before any.';

CREATE TABLE reporting_check.ballot (LIKE reporting.ballot INCLUDING ALL);
CREATE TABLE reporting_check.ballot_option (LIKE reporting.ballot_option INCLUDING ALL);
CREATE TABLE reporting_check.turnout (LIKE reporting.turnout INCLUDING ALL);
CREATE TABLE reporting_check.closing (LIKE reporting.closing INCLUDING ALL);
CREATE TABLE reporting_check.turnout_cell (LIKE reporting.turnout_cell INCLUDING ALL);
CREATE TABLE reporting_check.tally (LIKE reporting.tally INCLUDING ALL);
CREATE TABLE reporting_check.option_result (LIKE reporting.option_result INCLUDING ALL);
CREATE TABLE reporting_check.envelope (LIKE reporting.envelope INCLUDING ALL);
CREATE TABLE reporting_check.budget_line (LIKE reporting.budget_line INCLUDING ALL);
CREATE TABLE reporting_check.ballot_line (LIKE reporting.ballot_line INCLUDING ALL);

GRANT SELECT, INSERT ON
reporting.ballot, reporting.ballot_option, reporting.turnout, reporting.closing,
reporting.turnout_cell, reporting.tally, reporting.option_result, reporting.envelope,
reporting.budget_line, reporting.ballot_line, reporting.publication
TO reporting;
GRANT UPDATE ON reporting.turnout, reporting.envelope, reporting.budget_line,
reporting.publication TO reporting;
GRANT SELECT, INSERT, UPDATE, TRUNCATE ON
reporting_check.ballot, reporting_check.ballot_option, reporting_check.turnout,
reporting_check.closing, reporting_check.turnout_cell, reporting_check.tally,
reporting_check.option_result, reporting_check.envelope, reporting_check.budget_line,
reporting_check.ballot_line
TO reporting;
