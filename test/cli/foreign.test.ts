import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Workplace } from './program.ts';

const at = new Workplace();

test.each([
  ['\u0089PNG\r\n\u001a\n', 'a PNG picture'],
  ['\u007fELF\u0002\u0001\u0001\u0000', 'a program: trace it with -c'],
  ['PERFILE2h\u0000', 'of perf: pipe perf script'],
  ['{"process":0,"pid":1}\n', 'JSON, and no capture, or one whose first line is missing'],
  ['a;b\u0000\u0001 3\n', 'binary data'],
])('%j is refused, and what it is', async (text, what) => {
  writeFileSync(at.path('x'), Buffer.from(text, 'latin1'));
  for (const words of [
    ['fold', 'x'],
    ['render', 'x', '-o', 'x.svg'],
    ['top', 'x'],
  ]) {
    const { code, stdout, stderr } = await at.run(words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^memstacks: x: this is [^\n]*\n$/);
    expect(stderr).toContain(what);
  }
  expect(at.files).toEqual(['x']);
});

test('a folder is refused', async () => {
  mkdirSync(at.path('folder'));
  const { code, stderr } = await at.run(['fold', 'folder']);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'memstacks: cannot read folder: it is a directory\n',
  });
});

test.each(['<module>;a 1\n', '{closure};a 1\n', '[unknown];main 1\n', '<anonymous> 1\n'])(
  '%j are stacks',
  async (text) => {
    expect((await at.run(['fold'], {}, text)).stdout).toBe(text);
  },
);
