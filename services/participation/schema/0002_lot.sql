-- SPDX-License-Identifier: Apache-2.0
-- The seed of a lot: where a ballot's ties are broken by one, two operators publish it after close,
-- and it is counted only then. Like every approval, theirs is kept.

ALTER TABLE participation.ballot ADD COLUMN lot_seed text;
ALTER TABLE participation.ballot ADD CONSTRAINT ballot_lot_seed_check CHECK (
    lot_seed IS NULL OR state IN ('closed', 'counted', 'certified')
);
COMMENT ON COLUMN participation.ballot.lot_seed IS
'The published seed that breaks ties; NULL before it is, and where no lot breaks them.';

ALTER TABLE participation.ballot_approval DROP CONSTRAINT ballot_approval_action_check;
ALTER TABLE participation.ballot_approval ADD CONSTRAINT ballot_approval_action_check CHECK (
    action IN ('open', 'close', 'certify', 'lot')
);
COMMENT ON TABLE participation.ballot_approval IS
'Which operators approved what. Whatever operators decide needs two. Append-only.';
COMMENT ON COLUMN participation.ballot_approval.content IS
'What exactly: the definition''s hash, the result''s to certify, the seed''s for a lot.';
