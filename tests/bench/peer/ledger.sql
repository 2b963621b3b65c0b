-- SPDX-License-Identifier: Apache-2.0
-- What the ledger is compared with: plain double entry as a stored procedure, one transfer a call,
-- with an idempotency key, a floor and row locks in a fixed order. It has no kinds, chain, events,
-- periods or roots, and must never be given them: it is what one would write without this ledger.

CREATE TABLE account (
    id integer PRIMARY KEY,
    balance_krw bigint NOT NULL DEFAULT 0,
    floor_krw bigint
);
CREATE TABLE transfer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key uuid NOT NULL UNIQUE,
    document text NOT NULL,
    posted_time timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE posting (
    transfer_id bigint NOT NULL REFERENCES transfer,
    account_id integer NOT NULL REFERENCES account,
    amount_krw bigint NOT NULL,
    balance_after_krw bigint NOT NULL,
    PRIMARY KEY (transfer_id, account_id)
);
CREATE INDEX posting_by_account ON posting (account_id, transfer_id);

CREATE FUNCTION post(wanted_key uuid, debit integer, credit integer, amount bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    posted bigint;
    left_krw bigint;
    floor bigint;
    after_krw bigint;
BEGIN
    INSERT INTO transfer (key, document) VALUES (wanted_key, 'bench') RETURNING id INTO posted;
    PERFORM 1 FROM account WHERE id IN (debit, credit) ORDER BY id FOR UPDATE;
    SELECT balance_krw, floor_krw INTO left_krw, floor FROM account WHERE id = debit;
    IF left_krw - amount < floor THEN
        RAISE EXCEPTION 'short';
    END IF;
    UPDATE account SET balance_krw = balance_krw - amount WHERE id = debit
    RETURNING balance_krw INTO after_krw;
    INSERT INTO posting VALUES (posted, debit, -amount, after_krw);
    UPDATE account SET balance_krw = balance_krw + amount WHERE id = credit
    RETURNING balance_krw INTO after_krw;
    INSERT INTO posting VALUES (posted, credit, amount, after_krw);
    RETURN posted;
END
$$;

INSERT INTO account (id, balance_krw, floor_krw)
SELECT number, 1000000000000, 0 FROM generate_series(1, 1000) AS number;
INSERT INTO account (id) SELECT number FROM generate_series(1001, 2000) AS number;
