#!/usr/bin/env node
import fs = require('node:fs');
import path = require('node:path');
import vm = require('node:vm');

// What the program is started by: main.ts and all that it loads at once, in one file that
// scripts/bundle.mjs made, with V8's compiled code beside it. On small inputs most of the time would
// go into finding, reading and compiling modules. Code of another version of Node is not taken.

try {
  process.cwd();
} catch {
  // Relative names would lead nowhere, and libraries ask for it before there is a command.
  process.stderr.write('memstacks: the working directory is gone: cd to one that is there\n');
  process.exit(1);
}

type Program = (load: NodeJS.Require, file: string) => void;

const file = path.join(__dirname, 'memstacks.cjs');
const program = new vm.Script(fs.readFileSync(file, 'latin1'), {
  filename: file,
  cachedData: codeOf(`${file}.code`),
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
(program.runInThisContext() as Program)(require, file);

function codeOf(cache: string): Buffer | undefined {
  try {
    return fs.readFileSync(cache);
  } catch {
    return undefined;
  }
}
