// SPDX-License-Identifier: Apache-2.0
/*
 * Signs and verifies requests with an implementation of RFC 9421 that is not
 * ours: one JSON job a line on standard input, one JSON answer a line on
 * standard output. Knows nothing of this project.
 */
'use strict';

const { createPrivateKey, createPublicKey } = require('node:crypto');
const readline = require('node:readline');
const { createSigner, createVerifier, httpbis } = require('http-message-signatures');

async function sign(job) {
    const key = createPrivateKey({ key: job.jwk, format: 'jwk' });
    const signed = await httpbis.signMessage(
        {
            key: createSigner(key, job.algorithm, job.key_id),
            name: job.label,
            fields: job.fields,
            params: ['created', 'keyid', 'nonce', 'alg'],
            paramValues: { created: new Date(job.now_ms), nonce: job.nonce },
        },
        { method: job.method, url: job.url, headers: job.headers },
    );
    return { headers: signed.headers };
}

async function verify(job) {
    const key = createPublicKey({ key: job.jwk, format: 'jwk' });
    const verified = await httpbis.verifyMessage(
        {
            keyLookup: async ({ keyid }) =>
                keyid === job.key_id
                    ? { id: keyid, algs: [job.algorithm], verify: createVerifier(key, job.algorithm) }
                    : null,
            requiredParams: ['created', 'keyid', 'nonce'],
            requiredFields: job.fields,
        },
        { method: job.method, url: job.url, headers: job.headers },
    );
    return { verified };
}

async function main() {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const job = JSON.parse(line);
        let answer;
        try {
            answer = await (job.job === 'sign' ? sign(job) : verify(job));
        } catch (error) {
            answer = { error: String(error) };
        }
        process.stdout.write(`${JSON.stringify(answer)}\n`);
    }
}

main();
