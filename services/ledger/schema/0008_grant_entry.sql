-- SPDX-License-Identifier: Apache-2.0
-- Which entries are a grant's, so that what is decided, paid, spent, settled and returned of each
-- grant is a sum of postings; and what a settlement that corrects an earlier one may move. It must
-- never hold an amount: those are the postings'.

CREATE TABLE ledger.grant_entry (
    shard text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    grant_id uuid NOT NULL,
    PRIMARY KEY (shard, seq),
    FOREIGN KEY (shard, seq) REFERENCES ledger.journal (shard, seq),
    FOREIGN KEY (shard, grant_id) REFERENCES ledger.grant_award (shard, grant_id)
);
CREATE INDEX grant_entry_by_grant ON ledger.grant_entry (shard, grant_id, seq);
COMMENT ON TABLE ledger.grant_entry IS
'The entries that name a grant, and the corrections of such entries. Append-only.';
COMMENT ON COLUMN ledger.grant_entry.shard IS 'The district.';
COMMENT ON COLUMN ledger.grant_entry.seq IS
'The entry; its hashed metadata says the same, unless it corrects one of the grant''s entries.';
COMMENT ON COLUMN ledger.grant_entry.grant_id IS 'The grant.';

CREATE TRIGGER grant_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.grant_entry
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE ledger.grant_entry ENABLE ALWAYS TRIGGER grant_entry_append_only;

-- 정산 again: what was settled as spent goes back after all, or the other way round, and interest
-- that was too much.
INSERT INTO ledger.kind_rule (
    kind, transfer, debit_class, credit_class, required, repeated, same_line, same_source,
    next_year, same_amount, clearing, needs_document, needs_link, reversible, allowed_when_closed
)
VALUES
(
    'settlement', 4, 'S60', 'S70', FALSE, FALSE, TRUE, TRUE,
    FALSE, FALSE, FALSE, TRUE, FALSE, TRUE, FALSE
),
(
    'settlement', 5, 'S70', 'S60', FALSE, FALSE, TRUE, TRUE,
    FALSE, FALSE, FALSE, TRUE, FALSE, TRUE, FALSE
),
(
    'settlement', 6, 'I10', 'I20', FALSE, FALSE, TRUE, TRUE,
    FALSE, FALSE, FALSE, TRUE, FALSE, TRUE, FALSE
);

GRANT SELECT, INSERT ON ledger.grant_entry TO ledger;
