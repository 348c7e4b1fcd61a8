import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

interface Import {
  readonly from: string;
  readonly to: string;
  readonly kind: 'static' | 'type' | 'dynamic';
}

const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found: Import[] = [];
  for (const [, type, to] of text.matchAll(
    /^(?:import|export)\b(\s+type\s)?[^;]*?from\s+'([^']+)'/gm,
  ))
    found.push({ from: file, to: resolved(file, to!), kind: type ? 'type' : 'static' });
  for (const [, to] of text.matchAll(/\bimport\('([^']+)'\)/g))
    found.push({ from: file, to: resolved(file, to!), kind: 'dynamic' });
  return found;
}

function resolved(file: string, to: string): string {
  return to.startsWith('.') ? normalize(join(dirname(file), to)) : to;
}

function importersOf(...packages: string[]): string[] {
  return [
    ...new Set(imports.filter(({ to }) => packages.includes(to)).map(({ from }) => from)),
  ].sort();
}

test('imports are found at all', () => {
  expect(importersOf('capture.ts')).toContain('fold/heap.ts');
  expect(imports.filter(({ kind }) => kind === 'dynamic').map(({ to }) => to)).toContain(
    'cli/run-trace.ts',
  );
});

test('stages import neither each other nor the command line', () => {
  const stage = (path: string) => /^(collect|fold|render|cli)\//.exec(path)?.[1];
  const crossings = imports.filter(
    ({ from, to }) => stage(from) !== 'cli' && stage(to) !== undefined && stage(to) !== stage(from),
  );
  expect(crossings).toEqual([]);
});

test('only the command line knows yargs', () => {
  for (const file of importersOf('yargs', 'yargs/helpers')) expect(file).toMatch(/^cli\//);
});

test('only one file starts processes', () => {
  expect(importersOf('execa', 'node:child_process', 'child_process')).toEqual(['collect/run.ts']);
});

test('the pure stages, and the types that they share, do no I/O', () => {
  const isPure = ({ from }: Import) => /^(fold|render|profile|capture|collapsed)[./]/.test(from);
  // These only reckon.
  const isSystem = ({ to }: Import) => /^node:(?!crypto$|zlib$)/.test(to);
  const system = imports.filter((each) => isPure(each) && isSystem(each));
  // The page's script is part of the picture, and read once.
  expect(system.filter(({ from }) => from !== 'render/script.ts')).toEqual([]);
});

test('what reads files does not load what starts processes', () => {
  const reached = new Set(['cli/main.ts']);
  for (const file of reached)
    for (const { from, to, kind } of imports)
      if (from === file && kind === 'static') reached.add(to);
  expect(reached).toContain('cli/render.ts');
  expect(reached).not.toContain('execa');
});

test('every import names its file', () => {
  for (const { to } of imports.filter(
    ({ to }) => !/^(node:|@?[a-z][a-z0-9-]*(\/[a-z-]+)?$)/.test(to),
  ))
    expect(to).toMatch(/\.ts$/);
});
