-- SPDX-License-Identifier: Apache-2.0
-- When a ballot's key was destroyed: after the objection period, by two operators. From then on
-- nobody can be led from the roll to the box, in whatever copy of this database.

ALTER TABLE participation.ballot ADD COLUMN key_destroyed_at_ms bigint;
ALTER TABLE participation.ballot ADD CONSTRAINT ballot_key_destroyed_check CHECK (
    key_destroyed_at_ms IS NULL OR state = 'certified'
);
COMMENT ON COLUMN participation.ballot.key_destroyed_at_ms IS
'When its key file was found to be gone for good, UTC milliseconds since 1970; NULL before.';

ALTER TABLE participation.ballot_approval DROP CONSTRAINT ballot_approval_action_check;
ALTER TABLE participation.ballot_approval ADD CONSTRAINT ballot_approval_action_check CHECK (
    action IN ('open', 'close', 'certify', 'lot', 'destroy-key')
);
