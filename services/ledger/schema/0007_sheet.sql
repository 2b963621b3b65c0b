-- SPDX-License-Identifier: Apache-2.0
-- Imported figures: budget sheets as documents give them, kept beside the journal with their bytes,
-- every figure and every contradiction. They must never become entries by themselves: marginals
-- without their matrix, or secured without executed, are figures of a document and nothing else.

CREATE TABLE ledger.sheet (
    shard text COLLATE "C" NOT NULL,
    sheet_id uuid NOT NULL,
    name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 300),
    document text,
    as_of_date integer CHECK (as_of_date BETWEEN 20000101 AND 21991231),
    units text NOT NULL,
    encoding text COLLATE "C" NOT NULL CHECK (encoding IN ('utf-8', 'cp949')),
    content bytea NOT NULL CHECK (length(content) BETWEEN 1 AND 262144),
    content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
    table_count integer NOT NULL CHECK (table_count > 0),
    figure_count integer NOT NULL CHECK (figure_count >= 0),
    given_count integer NOT NULL CHECK (given_count BETWEEN 0 AND figure_count),
    contradiction_count integer NOT NULL CHECK (contradiction_count >= 0),
    gap_count integer NOT NULL CHECK (gap_count >= 0),
    rounding_count integer NOT NULL CHECK (rounding_count >= 0),
    request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
    kept_by text NOT NULL,
    kept_time_ms bigint NOT NULL,
    PRIMARY KEY (shard, sheet_id),
    UNIQUE (shard, content_hash),
    CHECK (content_hash = sha256(content))
);
COMMENT ON TABLE ledger.sheet IS
'Budget sheets that were imported as they stand (제출 예산표), each once. Append-only.';
COMMENT ON COLUMN ledger.sheet.shard IS 'The district.';
COMMENT ON COLUMN ledger.sheet.sheet_id IS
'Its identity: the idempotency key it was first kept under.';
COMMENT ON COLUMN ledger.sheet.name IS 'Name of the file, as whoever kept it gave it.';
COMMENT ON COLUMN ledger.sheet.document IS 'The document (문서) that it names; NULL: none.';
COMMENT ON COLUMN ledger.sheet.as_of_date IS 'Its 기준일, yyyymmdd; NULL: not said.';
COMMENT ON COLUMN ledger.sheet.units IS
'The units that its tables are printed in, each once: 백만원, 천원.';
COMMENT ON COLUMN ledger.sheet.encoding IS 'What its bytes are.';
COMMENT ON COLUMN ledger.sheet.content IS 'Its bytes, exactly as they came.';
COMMENT ON COLUMN ledger.sheet.content_hash IS 'SHA-256 of its bytes.';
COMMENT ON COLUMN ledger.sheet.table_count IS 'Tables in it.';
COMMENT ON COLUMN ledger.sheet.figure_count IS 'Cells for figures, missing ones included.';
COMMENT ON COLUMN ledger.sheet.given_count IS 'Of these, the ones in which a figure stands.';
COMMENT ON COLUMN ledger.sheet.contradiction_count IS 'Discrepancies of which both cannot be true.';
COMMENT ON COLUMN ledger.sheet.gap_count IS 'Discrepancies that leave something open.';
COMMENT ON COLUMN ledger.sheet.rounding_count IS
'Discrepancies that only come from the unit something was printed in.';
COMMENT ON COLUMN ledger.sheet.request_hash IS
'SHA-256 of the request: another request under its key is a conflict.';
COMMENT ON COLUMN ledger.sheet.kept_by IS 'Operator who kept it.';
COMMENT ON COLUMN ledger.sheet.kept_time_ms IS 'When, milliseconds UTC.';

CREATE TABLE ledger.sheet_figure (
    shard text COLLATE "C" NOT NULL,
    sheet_id uuid NOT NULL,
    place integer NOT NULL CHECK (place > 0),
    table_number integer NOT NULL CHECK (table_number > 0),
    line integer NOT NULL CHECK (line > 0),
    column_number integer NOT NULL CHECK (column_number > 0),
    row_words text,
    column_words text,
    kind text COLLATE "C" NOT NULL CHECK (kind ~ '^[a-z_]{1,32}$'),
    fiscal_year integer,
    funding_source text COLLATE "C",
    programme text,
    item text,
    state text COLLATE "C" NOT NULL CHECK (state IN ('missing', 'dash', 'given')),
    printed text,
    unit text,
    amount_krw bigint,
    quantity bigint,
    PRIMARY KEY (shard, sheet_id, place),
    FOREIGN KEY (shard, sheet_id) REFERENCES ledger.sheet (shard, sheet_id),
    CHECK ((state = 'given') = (coalesce(amount_krw, quantity) IS NOT NULL)),
    CHECK (amount_krw IS NULL OR quantity IS NULL)
);
COMMENT ON TABLE ledger.sheet_figure IS
'Every cell of a kept sheet that a figure stands in, or might. Append-only.';
COMMENT ON COLUMN ledger.sheet_figure.shard IS 'The district.';
COMMENT ON COLUMN ledger.sheet_figure.sheet_id IS 'The sheet.';
COMMENT ON COLUMN ledger.sheet_figure.place IS 'Which of its figures, from 1 on, in reading order.';
COMMENT ON COLUMN ledger.sheet_figure.table_number IS 'Which of its tables, from 1 on.';
COMMENT ON COLUMN ledger.sheet_figure.line IS 'Line of the file.';
COMMENT ON COLUMN ledger.sheet_figure.column_number IS 'Column of that line, from 1 on.';
COMMENT ON COLUMN ledger.sheet_figure.row_words IS 'What its row is called; NULL: nothing.';
COMMENT ON COLUMN ledger.sheet_figure.column_words IS 'What its column is called; NULL: nothing.';
COMMENT ON COLUMN ledger.sheet_figure.kind IS 'What it is an amount of: plan, secured, executed.';
COMMENT ON COLUMN ledger.sheet_figure.fiscal_year IS 'Of which year; NULL: of all.';
COMMENT ON COLUMN ledger.sheet_figure.funding_source IS 'From which source; NULL: from all.';
COMMENT ON COLUMN ledger.sheet_figure.programme IS 'Of which programme; NULL: of all.';
COMMENT ON COLUMN ledger.sheet_figure.item IS 'Of which item (통계목); NULL: of all.';
COMMENT ON COLUMN ledger.sheet_figure.state IS
'missing (an empty cell, which is never zero), dash or given.';
COMMENT ON COLUMN ledger.sheet_figure.printed IS 'The cell as it is printed; NULL: empty.';
COMMENT ON COLUMN ledger.sheet_figure.unit IS 'The unit it is printed in; NULL: a plain number.';
COMMENT ON COLUMN ledger.sheet_figure.amount_krw IS
'The figure in won; NULL: not given, or no money.';
COMMENT ON COLUMN ledger.sheet_figure.quantity IS 'A plain number (수량); NULL likewise.';

CREATE TABLE ledger.sheet_discrepancy (
    shard text COLLATE "C" NOT NULL,
    sheet_id uuid NOT NULL,
    place integer NOT NULL CHECK (place > 0),
    rule text COLLATE "C" NOT NULL CHECK (rule ~ '^[a-z-]{1,64}$'),
    severity text COLLATE "C" NOT NULL
    CHECK (severity IN ('rounding', 'gap', 'contradiction')),
    line integer NOT NULL CHECK (line > 0),
    column_number integer NOT NULL CHECK (column_number > 0),
    table_title text,
    row_words text,
    column_words text,
    unit text,
    printed bigint,
    computed bigint NOT NULL,
    PRIMARY KEY (shard, sheet_id, place),
    FOREIGN KEY (shard, sheet_id) REFERENCES ledger.sheet (shard, sheet_id)
);
COMMENT ON TABLE ledger.sheet_discrepancy IS
'What of a kept sheet does not add up: both values, and none of them corrected. Append-only.';
COMMENT ON COLUMN ledger.sheet_discrepancy.shard IS 'The district.';
COMMENT ON COLUMN ledger.sheet_discrepancy.sheet_id IS 'The sheet.';
COMMENT ON COLUMN ledger.sheet_discrepancy.place IS 'Which of its discrepancies, from 1 on.';
COMMENT ON COLUMN ledger.sheet_discrepancy.rule IS 'Code of the rule that it breaks.';
COMMENT ON COLUMN ledger.sheet_discrepancy.severity IS
'contradiction: both cannot be true; gap: something is left open; rounding: the unit explains it.';
COMMENT ON COLUMN ledger.sheet_discrepancy.line IS
'Line of the file where the printed value stands, or would.';
COMMENT ON COLUMN ledger.sheet_discrepancy.column_number IS 'Column of that line, from 1 on.';
COMMENT ON COLUMN ledger.sheet_discrepancy.table_title IS 'Title of the table; NULL: none.';
COMMENT ON COLUMN ledger.sheet_discrepancy.row_words IS 'What the row is called; NULL: nothing.';
COMMENT ON COLUMN ledger.sheet_discrepancy.column_words IS
'What the column is called; NULL: nothing.';
COMMENT ON COLUMN ledger.sheet_discrepancy.unit IS
'Unit of the printed value, both being won; NULL: both are plain numbers, as months are.';
COMMENT ON COLUMN ledger.sheet_discrepancy.printed IS
'The printed value; NULL: nothing is printed.';
COMMENT ON COLUMN ledger.sheet_discrepancy.computed IS 'The computed value.';

CREATE TRIGGER sheet_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.sheet
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
CREATE TRIGGER sheet_figure_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.sheet_figure
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
CREATE TRIGGER sheet_discrepancy_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.sheet_discrepancy
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE ledger.sheet ENABLE ALWAYS TRIGGER sheet_append_only;
ALTER TABLE ledger.sheet_figure ENABLE ALWAYS TRIGGER sheet_figure_append_only;
ALTER TABLE ledger.sheet_discrepancy ENABLE ALWAYS TRIGGER sheet_discrepancy_append_only;

GRANT SELECT, INSERT ON ledger.sheet, ledger.sheet_figure, ledger.sheet_discrepancy TO ledger;
