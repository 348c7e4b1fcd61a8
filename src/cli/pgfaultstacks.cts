#!/usr/bin/env node
// `pgfaultstacks` is `memstacks pgfault` under the name that its users know.
process.argv.splice(2, 0, 'pgfault');
require('./start.cjs');
