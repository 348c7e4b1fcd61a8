import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { regularFile } from '../../src/cli/regular-file.ts';
import { readStacksFile } from '../../src/cli/stacks-file.ts';
import { readCollapsed } from '../../src/collapsed/reader.ts';
import { chunksOf } from '../chunks.ts';
import { mainFile, Workplace } from './program.ts';

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

/** Read in so many sections of a few bytes each. */
async function inSections(text: string, most: number) {
  writeFileSync(at.path('x'), text);
  const file = regularFile(at.path('x'))!;
  try {
    return await readStacksFile(file, {}, { most, bytes: 64 });
  } finally {
    file.close();
  }
}

const lines = Array.from({ length: 400 }, (_, i) => {
  if (i % 50 === 7) return 'no count';
  if (i % 90 === 8) return `main;f${i % 7};half ${i}.5`;
  return `main;f${i % 7};g${i % 13} ${i}`;
});

test.each([1, 2, 3, 4])('%i threads come to what one reader of a stream comes to', async (most) => {
  const text = lines.join('\n');
  const expected = await readCollapsed(chunksOf(text));
  expect(expected.skipped.map(({ line }) => line)).toEqual([8, 58, 108, 158, 208, 258, 308, 358]);
  expect(await inSections(text, most)).toEqual(expected);
});

test('a differential is one in the first and in the last section, or not at all', async () => {
  const text = `${Array.from({ length: 50 }, (_, i) => `main;f${i} ${i} ${2 * i}`).join('\n')}\n`;
  const { profile } = await inSections(text, 4);
  expect(profile.columns.map(({ name }) => name)).toEqual(['before', 'after']);
  const mixed = await inSections(`${text}main 1\n`, 4);
  expect(mixed).toEqual(await readCollapsed(chunksOf(`${text}main 1\n`)));
});

test('the first refused line is told by its number in the file', async () => {
  const bad = [...lines, 'main 9007199254740993', ...lines, 'main 9007199254740993'].join('\n');
  await expect(inSections(bad, 4)).rejects.toThrow('line 401: the count is above 2^53 - 1');
});

test('a total that no section reaches alone is refused', async () => {
  const large = Array.from({ length: 20 }, () => 'main;f 900719925474099').join('\n');
  await expect(inSections(large, 3)).rejects.toThrow('is above 2^53 - 1 (9007199254740991)');
});

test('one line that is longer than all sections', async () => {
  const { profile } = await inSections(`main;${'x'.repeat(200_000)} 1\nmain;y 2\n`, 4);
  expect([...profile.columns[0]!.self]).toEqual([0, 0, 1, 2]);
});

test('stdin that is a file is read from where it stands', () => {
  writeFileSync(at.path('x'), 'first;line 1\nsecond;line 2\nthird;line 3\n');
  const script = '{ read -r line; "$0" "$1" fold; } < x';
  const words = ['-c', script, process.execPath, mainFile];
  const stdout = execFileSync('sh', words, { cwd: at.folder, encoding: 'utf8' });
  expect(stdout).toBe('second;line 2\nthird;line 3\n');
});

test('a large file is read by threads that the program finds', async () => {
  const line = (i: number) => `main;f${i % 100};${'long name '.repeat(20)};g${i % 7} ${i}\n`;
  const text = Array.from({ length: 200_000 }, (_, i) => line(i)).join('');
  writeFileSync(at.path('x'), text);
  const fromFile = await at.run(['fold', 'x']);
  expect(fromFile).toEqual(await at.run(['fold'], {}, text));
  expect(fromFile.stdout.split('\n')).toHaveLength(701);
});
