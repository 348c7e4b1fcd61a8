import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const files = [
  ...['README.md', 'CONTRIBUTING.md', 'bpf/README.md', 'samples/README.md'],
  ...docs.map((name) => `docs/${name}`),
];

/** What can follow a `#`: the headings of a Markdown file as GitHub has them. */
function anchorsOf(file: string): string[] {
  const headings = readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, text]) =>
    text!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

function leadsSomewhere(link: string, file: string): boolean {
  const [path, anchor] = link.split('#');
  const target = path === '' ? join(root, file) : join(root, dirname(file), path!);
  return existsSync(target) && (anchor === undefined || anchorsOf(target).includes(anchor));
}

test.each(files)('every link of %s leads somewhere', (file) => {
  const links = readFileSync(join(root, file), 'utf8').matchAll(/\]\(((?!https?:)[^)\s]+)\)/g);
  const dead = Array.from(links, ([, link]) => link!).filter((link) => !leadsSomewhere(link, file));
  expect(dead).toEqual([]);
});
