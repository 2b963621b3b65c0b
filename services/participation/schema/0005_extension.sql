-- SPDX-License-Identifier: Apache-2.0
-- A ballot's window may be extended while it is open, by two operators and with a reason that is
-- published. The definition stays as it was frozen; until when votes are taken the ballot's row
-- says, so that whoever holds its lock sees it.

CREATE DOMAIN participation.extension_number AS smallint CHECK (value > 0);
CREATE DOMAIN participation.public_reason AS text CHECK (octet_length(value) BETWEEN 1 AND 1000);

ALTER TABLE participation.ballot ADD COLUMN extended_to_ms bigint;
ALTER TABLE participation.ballot ADD CONSTRAINT ballot_extended_check CHECK (
    extended_to_ms IS NULL OR state NOT IN ('draft', 'opening')
);
COMMENT ON COLUMN participation.ballot.extended_to_ms IS
'The first instant a vote is late, UTC milliseconds since 1970, where the window was extended; NULL
while it ends as the definition says.';

CREATE TABLE participation.ballot_extension (
    ballot_id uuid NOT NULL REFERENCES participation.ballot,
    extension_no participation.extension_number NOT NULL,
    from_ms bigint NOT NULL,
    to_ms bigint NOT NULL,
    reason participation.public_reason NOT NULL,
    extended_at_ms bigint NOT NULL,
    PRIMARY KEY (ballot_id, extension_no),
    CONSTRAINT ballot_extension_longer_check CHECK (to_ms > from_ms AND extended_at_ms < from_ms)
);
COMMENT ON TABLE participation.ballot_extension IS
'Every extension of a ballot''s window, with its published reason. Append-only.';
COMMENT ON COLUMN participation.ballot_extension.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.ballot_extension.extension_no IS '1, 2, 3 … for each ballot.';
COMMENT ON COLUMN participation.ballot_extension.from_ms IS
'When the window would have ended, UTC milliseconds since 1970.';
COMMENT ON COLUMN participation.ballot_extension.to_ms IS
'When it ends instead, UTC milliseconds since 1970.';
COMMENT ON COLUMN participation.ballot_extension.reason IS 'Why, for everybody to read.';
COMMENT ON COLUMN participation.ballot_extension.extended_at_ms IS
'When the second operator approved, UTC milliseconds since 1970.';

CREATE TRIGGER ballot_extension_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.ballot_extension
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();
ALTER TABLE participation.ballot_extension ENABLE ALWAYS TRIGGER ballot_extension_append_only;
GRANT SELECT, INSERT ON participation.ballot_extension TO participation;

ALTER TABLE participation.ballot_approval DROP CONSTRAINT ballot_approval_action_check;
ALTER TABLE participation.ballot_approval ADD CONSTRAINT ballot_approval_action_check CHECK (
    action IN ('open', 'close', 'certify', 'lot', 'destroy-key', 'extend')
);
