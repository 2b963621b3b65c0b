-- SPDX-License-Identifier: Apache-2.0
-- A jury's scores: where a ballot's definition weighs them beside the residents' votes, two
-- operators publish them, with the document they are from, while it is open or closed, and it is
-- counted only then. Once published they stay.

ALTER TABLE participation.ballot ADD COLUMN jury bytea;
ALTER TABLE participation.ballot ADD CONSTRAINT ballot_jury_check CHECK (
    jury IS NULL OR state IN ('open', 'closed', 'counted', 'certified')
);
COMMENT ON COLUMN participation.ballot.jury IS
'The published scores of its jury: how many jurors, the source, what each option got; NULL before
they are, and where no jury is weighed.';

ALTER TABLE participation.ballot_approval DROP CONSTRAINT ballot_approval_action_check;
ALTER TABLE participation.ballot_approval ADD CONSTRAINT ballot_approval_action_check CHECK (
    action IN (
        'open', 'close', 'certify', 'lot', 'destroy-key', 'extend', 'void', 'exclude',
        'seal-paper', 'complete-paper', 'jury'
    )
);
