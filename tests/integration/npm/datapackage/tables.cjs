// SPDX-License-Identifier: Apache-2.0
/*
 * Reads the data packages whose folders are given with an implementation that
 * is not ours, and prints what it made of each as one line of JSON. Every cell
 * is cast to its field's type and every key looked up. Knows nothing of this
 * project.
 */
'use strict';

const path = require('node:path');
const { Package } = require('datapackage');

async function read(folder) {
    const loaded = await Package.load(path.join(folder, 'datapackage.json'), {
        basePath: folder,
        strict: false,
    });
    const tables = {};
    for (const resource of loaded.resources) {
        tables[resource.name] = await resource.read({ keyed: true, relations: true });
    }
    return {
        valid: loaded.valid && loaded.resources.every((resource) => resource.valid),
        errors: loaded.errors.map((error) => error.message),
        tables,
    };
}

async function main() {
    for (const folder of process.argv.slice(2)) {
        process.stdout.write(`${JSON.stringify(await read(folder))}\n`);
    }
}

main();
