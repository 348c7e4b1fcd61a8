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

/** Help texts are plain ASCII; the package takes 20 ms to load the properties of all of Unicode. */
const plainWidth = {
  name: 'plain string-width',
  setup({ onLoad }) {
    const contents = 'export default (text) => text.length;';
    onLoad({ filter: /node_modules\/string-width\/index\.js$/ }, () => ({ contents }));
  },
};

async function bundle() {
  await build({
    entryPoints: [inCheckout('dist/cli/main.js')],
    outfile: FILE,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    define: { 'import.meta.url': 'moduleUrl' },
    banner: {
      js: '(function (require, __filename) { const moduleUrl = require("node:url").pathToFileURL(__filename).href;',
    },
    footer: { js: '})' },
    plugins: [plainWidth],
    logLevel: 'warning',
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
