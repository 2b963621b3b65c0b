// SPDX-License-Identifier: Apache-2.0
/*
 * Casts one vote with the lines of services/participation/README.md, word for word: they are read from
 * the file that is named first. One JSON job on standard input, one JSON answer on standard output.
 */
'use strict';

const fs = require('node:fs');

async function main() {
    const text = fs.readFileSync(process.argv[2], 'utf8');
    const lines = /<!-- send-vote -->\n```js\n([^]*?)```\n<!-- \/send-vote -->/.exec(text)[1];
    const names = {
        ...require('node:crypto'), ...require('http-message-signatures'), ...JSON.parse(fs.readFileSync(0, 'utf8')),
    };
    const used = ['createHash', 'createPrivateKey', 'createSigner', 'httpbis', 'randomUUID', 'key', 'vote', 'once',
        'service', 'ballot'];
    const send = new Function(...used, `return (async () => {\n${lines}\nreturn answer;\n})();`);
    const answer = await send(...used.map((name) => names[name]));
    process.stdout.write(JSON.stringify({
        lines: lines.trim().split('\n').length, status: answer.status, answer: await answer.json(),
    }));
}

main();
