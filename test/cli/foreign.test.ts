import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Workplace } from './program.ts';

const at = new Workplace();

const perfSample =
  'ls 26665 55830.051551:     250000 cpu-clock: \n\t           1462a handle_amd+0xa (/lib/ld.so)\n\n';

test.each([
  ['\u0089PNG\r\n\u001a\n', 'a PNG picture'],
  ['\u007fELF\u0002\u0001\u0001\u0000', 'a program: trace it with -c'],
  ['PERFILE2h\u0000', 'data of perf record: pipe perf script'],
  [perfSample, 'of perf script: pipe it through stackcollapse-perf.pl or inferno-collapse-perf'],
  [`# a comment\n#\n\n${perfSample}`, 'of perf script: pipe it'],
  ['# ========\n# captured on    : Sat Nov 21 21:44:55 2026\n', 'of perf script: pipe it'],
  [
    'GC Thread 3 26665/26670 sched:sched_switch: prev_comm=a\n\tffffffff821c99e8 f ([k])\n',
    'of perf script: pipe it',
  ],
  [
    '  ls 26679 [001] 55831.513550:     250000 cpu-clock:      7ff30de07645 f+0x25 (/ld.so)\n',
    'without stacks: record with perf record -g',
  ],
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

test.each([
  'ls 26665 5.051551: cpu-clock:;f 1\n',
  'a: 1\nb 2\n',
  '<module>;a 1\n',
  '{closure};a 1\n',
  '[unknown];main 1\n',
  '<anonymous> 1\n',
])('%j are stacks', async (text) => {
  expect((await at.run(['fold'], {}, text)).stdout).toBe(text);
});
