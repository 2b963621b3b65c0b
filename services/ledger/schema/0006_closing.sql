-- SPDX-License-Identifier: Apache-2.0
-- Closing a fiscal year in several steps: a year whose closing entries do not fit one commit is
-- `closing` from its first step to its last. From then on nothing else is posted in it, and whoever
-- leads goes on where the last step ended. It must never go back to being open.

ALTER TABLE ledger.period
DROP CONSTRAINT period_state_check,
ADD CONSTRAINT period_state_check CHECK (state IN ('open', 'closing', 'closed')),
ADD COLUMN closing_by text,
ADD COLUMN closing_document text CHECK (octet_length(closing_document) BETWEEN 1 AND 600),
ADD COLUMN closing_metadata text,
ADD CONSTRAINT period_closing_check
CHECK (state != 'closing' OR (closing_by IS NOT NULL AND closing_document IS NOT NULL)),
ADD CONSTRAINT period_closing_words_check
CHECK ((closing_by IS NULL) = (closing_metadata IS NULL));
COMMENT ON COLUMN ledger.period.state IS
'open; closing while its closing entries are posted step by step; closed after them (마감).';
COMMENT ON COLUMN ledger.period.closing_by IS
'Operator who began closing it; NULL when its closing took one step.';
COMMENT ON COLUMN ledger.period.closing_document IS
'What its closing entries rest on; NULL when it took one step.';
COMMENT ON COLUMN ledger.period.closing_metadata IS
'Metadata of its closing entries; NULL when it took one step.';

GRANT UPDATE (closing_by, closing_document, closing_metadata) ON ledger.period TO ledger;
