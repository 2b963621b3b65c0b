-- SPDX-License-Identifier: Apache-2.0
-- What the board keeps of a ballot for its bundle beside the log: the documents that CLOSE and
-- RESULT commit to, and the openings in the order of their commitments. Both are written once, by
-- the step of the board that commits to them, so that the bundle is the same for ever, whatever
-- a later version of the service would write in its documents.

CREATE TABLE participation.board_document (
    ballot_id uuid NOT NULL,
    name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 99),
    content bytea NOT NULL,
    PRIMARY KEY (ballot_id, name)
);
COMMENT ON TABLE participation.board_document IS
'Documents of the bundle, as they were published when the board committed to them. Append-only.';
COMMENT ON COLUMN participation.board_document.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.board_document.name IS 'The file in the bundle.';
COMMENT ON COLUMN participation.board_document.content IS 'Its bytes.';

CREATE TABLE participation.board_opening (
    ballot_id uuid NOT NULL,
    page integer NOT NULL CHECK (page >= 0),
    openings bytea NOT NULL,
    PRIMARY KEY (ballot_id, page)
);
ALTER TABLE participation.board_opening ALTER COLUMN openings SET STORAGE EXTERNAL;
COMMENT ON TABLE participation.board_opening IS
'The openings of a ballot''s final votes, by their commitments: nothing of the order in which voters
came or of the box is left. Written when the result is on the board. Append-only.';
COMMENT ON COLUMN participation.board_opening.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.board_opening.page IS '0, 1, 2 … of about 64 KiB each.';
COMMENT ON COLUMN participation.board_opening.openings IS
'For each vote its blinding, the u16 length of its choices, and those.';

CREATE TRIGGER board_document_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.board_document
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

CREATE TRIGGER board_opening_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.board_opening
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

ALTER TABLE participation.board_document ENABLE ALWAYS TRIGGER board_document_append_only;
ALTER TABLE participation.board_opening ENABLE ALWAYS TRIGGER board_opening_append_only;

GRANT SELECT, INSERT ON participation.board_document, participation.board_opening TO participation;
