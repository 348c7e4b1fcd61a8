// Bundles the script of SVG flame graphs, and script and style of HTML ones, into dist/render/page, with the
// licences of what is in them, and copies the fonts of PNG pictures to dist/fonts. The order of all is fixed: the
// same sources give the same bytes.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const page = join(root, 'src/render/page/html');
const output = join(root, 'dist/render/page');

const common = { bundle: true, minify: true, charset: 'ascii', legalComments: 'none' };

const { metafile } = await build({
  ...common,
  entryPoints: [join(page, 'start.ts')],
  outfile: join(output, 'html.js'),
  absWorkingDir: root,
  metafile: true,
  format: 'iife',
  target: 'es2022',
  // d3-flame-graph brings a style sheet of its own; the page has its own rules for these elements.
  loader: { '.css': 'empty' },
});
await build({
  ...common,
  entryPoints: [join(page, 'style.css')],
  outfile: join(output, 'html.css'),
});
writeFileSync(join(output, 'licences.txt'), licences(packagesIn(metafile)));
for (const kind of ['flame', 'growth', 'differential']) await buildSvgScript(kind);
copyFonts();

/** It is in every SVG of the kind, and so are the licences of what is in it. */
async function buildSvgScript(kind) {
  const outfile = join(output, `${kind}.js`);
  const { metafile: parts } = await build({
    ...common,
    entryPoints: [join(root, `src/render/page/${kind}.ts`)],
    outfile,
    absWorkingDir: root,
    metafile: true,
    format: 'iife',
    target: 'es2022',
  });
  const script = readFileSync(outfile, 'utf8');
  writeFileSync(outfile, `/*\n${licences(packagesIn(parts))}*/\n${script}`);
}

/** Those of which something is left after what nobody calls was left out. */
function packagesIn({ outputs }) {
  const inputs = Object.values(outputs).flatMap((file) => Object.entries(file.inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const names = used.map(([path]) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** Packages under the same text share it. */
function licences(packages) {
  const byText = new Map();
  for (const name of packages) {
    const folder = folderOf(name);
    const text = readFileSync(join(folder, 'LICENSE'), 'utf8').trim();
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}`]);
  }
  const parts = [...byText].map(([text, names]) => `${names.join(', ')}\n\n${text}`);
  return `Holds code of other projects.\n\n${parts.join('\n\n')}\n`;
}

function folderOf(name) {
  let folder = dirname(require.resolve(name));
  while (!folder.endsWith(join('node_modules', name))) folder = dirname(folder);
  return folder;
}

/** Two of the many that the package has. */
function copyFonts() {
  const from = join(root, 'node_modules/dejavu-fonts-ttf');
  const to = join(root, 'dist/fonts');
  mkdirSync(to, { recursive: true });
  for (const name of ['ttf/DejaVuSans.ttf', 'ttf/DejaVuSans-Bold.ttf', 'LICENSE'])
    copyFileSync(join(from, name), join(to, basename(name)));
}
