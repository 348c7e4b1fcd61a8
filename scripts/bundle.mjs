// Makes dist/cli/memstacks.cjs, which dist/cli/start.cjs runs, and V8's compiled code for it.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { build } from 'esbuild';

const inCheckout = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const FILE = inCheckout('dist/cli/memstacks.cjs');

/** node:module brings the loader of ESM with it. */
const WITH_REQUIRE_OF_THE_BUNDLE = [
  ["import { createRequire } from 'node:module';", ''],
  [/const require = createRequire.*/, ''],
];

/**
 * What packages do at the start of every command, and what is done in its place: each takes ms, which is most of
 * what a small input takes.
 */
const EDITS = [
  // Help texts are plain ASCII; the properties of all of Unicode take 20 ms.
  [/node_modules\/string-width\/index\.js$/, [[/^.*$/s, 'export default (text) => text.length;']]],
  [
    /node_modules\/yargs\/lib\/platform-shims\/esm\.mjs$/,
    [
      // What holds is not checked by node:assert: that loads all of node:stream.
      [
        "import { notStrictEqual, strictEqual } from 'assert'",
        `const notStrictEqual = (a, b, why) => Object.is(a, b) && require('assert').notStrictEqual(a, b, why);
        const strictEqual = (a, b, why) => Object.is(a, b) || require('assert').strictEqual(a, b, why);`,
      ],
      ...WITH_REQUIRE_OF_THE_BUNDLE,
      // Our help is as wide as it is, whatever the terminal; process.stdout would load all of node:stream.
      [/stdColumns: .*/, 'stdColumns: null'],
    ],
  ],
  [/node_modules\/yargs-parser\/build\/lib\/index\.js$/, WITH_REQUIRE_OF_THE_BUNDLE],
  // Whether yargs is called with what it expects, at each of hundreds of calls: the type checker has told.
  [/node_modules\/yargs\/build\/lib\/argsert\.js$/, [[/^.*$/s, 'export function argsert() {}']]],
  // Looks for the version in package.json; ours is told.
  [/node_modules\/yargs\/build\/lib\/yargs-factory\.js$/, [['yargs.version();', '']]],
  // The text of --help, in case that the command fails later: ours are not told to yargs.
  [
    /node_modules\/yargs\/build\/lib\/command\.js$/,
    [['yargs.getInternalMethods().getUsageInstance().cacheHelpMessage();', '']],
  ],
];

const lighterPackages = {
  name: 'lighter packages',
  setup({ onLoad }) {
    for (const [filter, edits] of EDITS)
      onLoad({ filter }, ({ path }) => ({ contents: edited(path, edits) }));
  },
};

function edited(path, edits) {
  return edits.reduce(
    (text, [from, to]) => {
      const next = text.replace(from, () => to);
      if (next === text)
        throw new Error(`${path} has no ${from}: what scripts/bundle.mjs edits has changed`);
      return next;
    },
    readFileSync(path, 'utf8'),
  );
}

/** A trace takes seconds; what only it needs is not to be read by whoever looks at one. */
const ofTraces = {
  name: 'packages of traces',
  setup({ onResolve }) {
    onResolve({ filter: /^execa$/ }, () => ({ path: './execa.cjs', external: true }));
  },
};

const FOR_NODE = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'warning',
};

async function bundle() {
  await build({
    ...FOR_NODE,
    entryPoints: [fileURLToPath(import.meta.resolve('execa'))],
    outfile: inCheckout('dist/cli/execa.cjs'),
    define: { 'import.meta.url': 'undefined' },
  });
  await build({
    ...FOR_NODE,
    entryPoints: [inCheckout('dist/cli/main.js')],
    outfile: FILE,
    define: { 'import.meta.url': 'moduleUrl' },
    banner: {
      js: '(function (require, __filename) { const moduleUrl = require("node:url").pathToFileURL(__filename).href;',
    },
    footer: { js: '})' },
    plugins: [lighterPackages, ofTraces],
  });
}

/** Runs the program once, so that V8 knows which functions a small picture needs. */
function compile() {
  const folder = mkdtempSync(join(tmpdir(), 'memstacks-build-'));
  const input = join(folder, 'input.folded');
  const lines = Array.from({ length: 300 }, (_, i) => `main;f${i % 17};g(int, ${i});malloc ${i}\n`);
  writeFileSync(input, lines.join(''));
  process.argv = [process.execPath, FILE, 'render', input, '-o', join(folder, 'output.svg')];
  const program = new vm.Script(readFileSync(FILE, 'latin1'), {
    filename: FILE,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  process.on('exit', () => {
    writeFileSync(`${FILE}.code`, program.createCachedData());
    rmSync(folder, { recursive: true });
  });
  program.runInThisContext()(createRequire(FILE), FILE);
}

// npm link points to them.
for (const name of ['start', 'pgfaultstacks']) chmodSync(inCheckout(`dist/cli/${name}.cjs`), 0o755);
await bundle();
// Without it the program would only say that it is missing.
if (existsSync(inCheckout('wasm/.output/tree.wasm'))) compile();
