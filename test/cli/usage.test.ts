import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mainFile, Workplace } from './program.ts';

const at = new Workplace();

test.each([
  ['', 'say what to trace'],
  ['-p 1 -n x', 'only one kind of target'],
  ['-p 1 -c x', 'only one kind of target'],
  ['-n a -n b', '--name may be given only once'],
  ['-p x', '-p x: expected process ids'],
  ['-p 0', '-p 0: expected process ids'],
  ['-p 1,', '-p : expected process ids'],
  ['-p', 'not enough arguments following: p'],
  ['-p 1 0', 'seconds must be above 0'],
  ['-p 1 -5', 'seconds -5: expected a number'],
  ['-p 1 1e3', 'seconds 1e3: expected a number'],
  ['-p 1 fould', 'fould is neither a command nor seconds'],
  ['-p 1 5 6', 'unexpected argument 6: memstacks takes one argument, [seconds]; see memstacks -'],
  ['-p 1 5 -- 6', 'unexpected argument 6: memstacks takes one argument, [seconds]'],
  ['-p 1 -- 0', 'seconds must be above 0'],
  ['-p 1 -- fould', 'fould is neither a command nor seconds'],
  ['rendr x.folded', 'rendr is neither a command nor seconds, did you mean render?; see'],
  ['ab', 'ab is neither a command nor seconds; see'],
  ['whatever x.folded', 'whatever is neither a command nor seconds; see'],
  ['-p 1 --bogus', 'unknown argument: bogus'],
  ['pgfault -p 1 --max-rate 5', 'unknown argument: max-rate;'],
  ['-p 1 --so-what --and', 'unknown arguments: so-what, and;'],
  ['-p 1 --entry-only', '--entry-only needs -a'],
  ['-p 1 -a --older 5', '--older is about unfreed blocks'],
  ['-p 1 --kill', '--kill needs -c'],
  ['-p 1 -z 2k -Z 1k', '--min-size is above --max-size'],
  ['-p 1 -z 1.5k', '--min-size 1.5k: expected bytes'],
  ['-p 1 -z -5', '--min-size -5: expected bytes'],
  ['-p 1 -T 0', '--top 0: expected a whole number of at least 1'],
  ['-p 1 -T 1 -T 2', '--top may be given only once'],
  ['-p 1 --max-live 0', '--max-live 0: expected a whole number'],
  ['-p 1 --max-frames 0', '--max-frames 0: expected a whole number from 1 to 512'],
  ['-p 1 --max-frames 513', '--max-frames 513: expected a whole number from 1 to 512'],
  ['-p 1 -s 0', '--sample 0: expected a whole number from 1 to 1073741824'],
  ['-p 1 -s 2 --sample-bytes 4k', 'either --sample or --sample-bytes, not both'],
  ['-p 1 --sample-bytes 2G', '--sample-bytes 2G: expected 1 to 1G'],
  ['-p 1 --sample-bytes 0', '--sample-bytes 0: expected 1 to 1G'],
  ['-p 1 --max-rate fast', '--max-rate fast: expected a whole number'],
  ['-p 1 --unwind orc', 'Choices: "auto", "dwarf", "fp"'],
  ['-p 1 --unwind fp --unwind fp', '--unwind may be given only once'],
  ['-p 1 --debug-dir', 'not enough arguments following: debug-dir'],
  ['-p 1 --debug-dir=', '--debug-dir needs a value'],
  ['fold --lines x', 'unknown argument: lines'],
  ['doctor --unwind orc', 'Choices: "auto", "dwarf", "fp"'],
  ['-p 1 --sort name', 'Choices: "size", "count"'],
  ['-p 1 -o x.pdf', 'one of .folded .stacks .svg .html .png .capture, each also with .gz'],
  ['-p 1 -o x.gz', 'one of .folded .stacks .svg .html .png .capture, each also with .gz'],
  ['-p 1 -o -', '-o - is not for stdout: use -f'],
  ['-c a|b', 'so | has no meaning'],
  [
    'fold a b',
    'unexpected argument b: memstacks fold takes one argument, [input]; see memstacks f',
  ],
  ['fold a -- b', 'unexpected argument b: memstacks fold takes one argument, [input]'],
  ['diff a b c', 'unexpected argument c: memstacks diff takes two arguments, [old] [new]'],
  ['doctor x', 'unexpected argument x: memstacks doctor takes no argument; see'],
  ['fold x -o y.capture', 'one of .folded .stacks .svg .html .png, each also with .gz'],
  ['fold --view both x', 'Choices: "all", "unfreed"'],
  ['render x -o y.folded', 'one of .svg .html .png, each also with .gz'],
  ['render --colors nice x', 'Choices: "mem"'],
  ['render --width x', 'expected a number'],
  ['doctor -p x', '-p x: expected process ids'],
])('%s', async (line, message) => {
  const { code, stdout, stderr } = await at.run(line.split(' ').filter(Boolean));
  expect(stderr).toMatch(/^memstacks: [^\n]*\n$/);
  expect(stderr).toContain(message);
  expect({ code, stdout, log: at.log, files: at.files }).toEqual({
    code: 2,
    stdout: '',
    log: [],
    files: [],
  });
});

describe('what follows a -- is a file, whatever it is called', () => {
  const inputs = new Workplace();
  writeFileSync(inputs.path('old.folded'), 'main;a 1\n');
  writeFileSync(inputs.path('-n.folded'), 'main;a 3\n');

  test.each([
    ['fold -- -n.folded', 'main;a 3\n'],
    ['fold -- old.folded', 'main;a 1\n'],
    ['fold -- -', 'wrong;data 7\n'],
    ['diff -f -- old.folded -n.folded', 'main;a 1 3\n'],
    ['diff -f old.folded -- -n.folded', 'main;a 1 3\n'],
    ['diff -f -- - old.folded', 'main;a 0 1\nwrong;data 7 0\n'],
  ])('%s', async (line, stdout) => {
    const { code, ...ended } = await inputs.run(line.split(' '), {}, 'wrong;data 7\n');
    expect({ code, stdout: ended.stdout }).toEqual({ code: 0, stdout });
  });
});

test('the help fits a screen and names every command and output', async () => {
  const { code, stdout, stderr } = await at.run(['--help']);
  const lines = stdout.trimEnd().split('\n');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines.length).toBeLessThanOrEqual(64);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  for (const word of ['fold', 'render', 'doctor', '.folded', '.stacks', '.svg', '.capture'])
    expect(stdout).toContain(word);
});

test.each(['fold', 'render', 'top'])('the help of %s names all that it reads', async (command) => {
  const { stdout } = await at.run([command, '--help']);
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'capture, collapsed stacks, .svg or .html, also .gz',
  );
});

test('the version is that of the package', async () => {
  const { version } = (await import('../../package.json', { with: { type: 'json' } })).default;
  expect((await at.run(['--version'])).stdout).toBe(`${version}\n`);
});

test('a working directory that is gone is said in one line', () => {
  const here = mkdtempSync(join(tmpdir(), 'memstacks-test-'));
  const script = `cd ${here} && rmdir ${here} && exec "$0" "$1" --version`;
  const { status, stderr } = spawnSync('sh', ['-c', script, process.execPath, mainFile], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'memstacks: the working directory is gone: cd to one that is there\n',
  });
});
