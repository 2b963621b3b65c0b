-- SPDX-License-Identifier: Apache-2.0
-- The public board of each ballot: an append-only log of leaves, its tree and its checkpoints, in
-- the pieces in which they are served. Nothing here says who voted or what was chosen. Everything
-- but the head is append-only, and the head only says how far the rest goes.
--
-- The commit of votes keeps what its leaves are made of beside its receipt, so that the board reads
-- one row for a commit and never looks for votes: an index that finds them would cost every vote
-- more than these bytes. Hashes are never compressed, since they cannot be.

ALTER TABLE participation.receipt_batch ADD COLUMN casts bytea;
ALTER TABLE participation.receipt_batch ALTER COLUMN casts SET STORAGE EXTERNAL;
ALTER TABLE participation.receipt_batch ALTER COLUMN leaf_hashes SET STORAGE EXTERNAL;
COMMENT ON COLUMN participation.receipt_batch.casts IS
'For each leaf hash what its leaf says beyond ballot and batch: nullifier, u16 rev, u8 channel, C,
req_hash. NULL where the votes are older than the board.';

CREATE TABLE participation.board (
    ballot_id uuid NOT NULL PRIMARY KEY,
    size participation.counter NOT NULL DEFAULT 0,
    signed_size participation.counter NOT NULL DEFAULT 0,
    batch_no participation.counter NOT NULL DEFAULT 0,
    signed_batch_no participation.counter NOT NULL DEFAULT 0,
    casts participation.counter NOT NULL DEFAULT 0,
    entries_bytes participation.counter NOT NULL DEFAULT 0,
    openings_bytes participation.counter NOT NULL DEFAULT 0,
    last_time_ms bigint NOT NULL DEFAULT 0,
    closed_at_ms bigint NOT NULL DEFAULT 0,
    finished boolean NOT NULL DEFAULT FALSE,
    frontier participation.hash_list NOT NULL DEFAULT '',
    key participation.public_key NOT NULL,
    receipt_keys participation.hash_list NOT NULL DEFAULT '',
    CONSTRAINT board_signed_check CHECK (signed_size <= size AND signed_batch_no <= batch_no)
) WITH (fillfactor = 50);
COMMENT ON TABLE participation.board IS
'The head of a ballot''s board. Whoever appends or signs locks it. It refers to no ballot''s row:
votes would wait for the board.';
COMMENT ON COLUMN participation.board.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.board.size IS 'How many leaves there are.';
COMMENT ON COLUMN participation.board.signed_size IS
'Of how many there is a checkpoint: what is beyond is not served.';
COMMENT ON COLUMN participation.board.batch_no IS 'The last commit of votes that is on the board.';
COMMENT ON COLUMN participation.board.signed_batch_no IS 'The same of signed_size.';
COMMENT ON COLUMN participation.board.casts IS 'How many of the leaves are votes.';
COMMENT ON COLUMN participation.board.entries_bytes IS
'Length of all entries together, for the bundle.';
COMMENT ON COLUMN participation.board.openings_bytes IS
'Length of all openings together, for the bundle; 0 before the board is finished.';
COMMENT ON COLUMN participation.board.last_time_ms IS
'The latest time in a leaf: times do not run backwards.';
COMMENT ON COLUMN participation.board.closed_at_ms IS 'The time in CLOSE; 0 before it.';
COMMENT ON COLUMN participation.board.finished IS 'RESULT is there: nothing follows.';
COMMENT ON COLUMN participation.board.frontier IS
'Roots of the complete subtrees, larger first: what the tree grows from.';
COMMENT ON COLUMN participation.board.key IS
'The public key of its checkpoints, the same for all of them.';
COMMENT ON COLUMN participation.board.receipt_keys IS 'The keys of the KEY leaves, in order.';

CREATE TABLE participation.board_segment (
    ballot_id uuid NOT NULL,
    position bigint NOT NULL CHECK (position >= 0),
    hashes participation.hash_list NOT NULL,
    entries bytea NOT NULL,
    PRIMARY KEY (ballot_id, position)
);
ALTER TABLE participation.board_segment ALTER COLUMN hashes SET STORAGE EXTERNAL;
ALTER TABLE participation.board_segment ALTER COLUMN entries SET STORAGE EXTERNAL;
COMMENT ON TABLE participation.board_segment IS
'Neighbouring leaves of one tile that came in one batch. Append-only.';
COMMENT ON COLUMN participation.board_segment.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.board_segment.position IS 'Position of the first leaf.';
COMMENT ON COLUMN participation.board_segment.hashes IS 'Their leaf hashes.';
COMMENT ON COLUMN participation.board_segment.entries IS 'Each leaf with its u16 length in front.';

CREATE TABLE participation.board_node (
    ballot_id uuid NOT NULL,
    level smallint NOT NULL CHECK (level > 0),
    number bigint NOT NULL CHECK (number >= 0),
    hash participation.hash NOT NULL,
    PRIMARY KEY (ballot_id, level, number)
);
COMMENT ON TABLE participation.board_node IS
'Roots of complete subtrees of 256, 65,536, … leaves: the tiles above the leaves. Append-only.';
COMMENT ON COLUMN participation.board_node.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.board_node.level IS 'The level of tiles: 1 for 256 leaves.';
COMMENT ON COLUMN participation.board_node.number IS 'Its place in the level.';
COMMENT ON COLUMN participation.board_node.hash IS 'The root.';

CREATE TABLE participation.board_code (
    ballot_id uuid NOT NULL,
    bucket smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
    position bigint NOT NULL CHECK (position >= 0),
    codes bytea NOT NULL CHECK (length(codes) % 9 = 0),
    PRIMARY KEY (ballot_id, bucket, position)
);
ALTER TABLE participation.board_code ALTER COLUMN codes SET STORAGE EXTERNAL;
COMMENT ON TABLE participation.board_code IS
'Where the votes of one batch stand, by receipt code: one row a bucket instead of one a vote.
Append-only.';
COMMENT ON COLUMN participation.board_code.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.board_code.bucket IS 'The first 12 of a code''s 50 bits.';
COMMENT ON COLUMN participation.board_code.position IS 'Position of the batch''s first leaf.';
COMMENT ON COLUMN participation.board_code.codes IS
'For each vote the other 38 bits of its code in 5 bytes, and in 4 how far behind position it is.';

CREATE TABLE participation.board_checkpoint (
    ballot_id uuid NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    note text NOT NULL,
    signed_at_ms bigint NOT NULL,
    PRIMARY KEY (ballot_id, size)
);
COMMENT ON TABLE participation.board_checkpoint IS
'Every checkpoint ever signed: one for each size at most. Append-only.';
COMMENT ON COLUMN participation.board_checkpoint.ballot_id IS 'The ballot.';
COMMENT ON COLUMN participation.board_checkpoint.size IS 'How many leaves it is of.';
COMMENT ON COLUMN participation.board_checkpoint.note IS 'The signed note, as it is served.';
COMMENT ON COLUMN participation.board_checkpoint.signed_at_ms IS 'UTC milliseconds since 1970.';

CREATE TRIGGER board_segment_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.board_segment
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

CREATE TRIGGER board_node_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.board_node
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

CREATE TRIGGER board_code_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.board_code
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

CREATE TRIGGER board_checkpoint_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON participation.board_checkpoint
FOR EACH STATEMENT EXECUTE FUNCTION event.refuse_change();

ALTER TABLE participation.board_segment ENABLE ALWAYS TRIGGER board_segment_append_only;
ALTER TABLE participation.board_node ENABLE ALWAYS TRIGGER board_node_append_only;
ALTER TABLE participation.board_code ENABLE ALWAYS TRIGGER board_code_append_only;
ALTER TABLE participation.board_checkpoint ENABLE ALWAYS TRIGGER board_checkpoint_append_only;

GRANT SELECT, INSERT, UPDATE ON participation.board TO participation;
GRANT SELECT, INSERT ON
participation.board_segment, participation.board_node, participation.board_code,
participation.board_checkpoint TO participation;
