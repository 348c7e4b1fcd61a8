import { spawn } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { chooseTarget, commandWords, pidList, resolveTarget } from '../../src/cli/target.ts';

test('pids from several options and lists, duplicates merged, order kept', () => {
  expect(pidList(['3,1', '2', '1'])).toEqual([3, 1, 2]);
  expect(pidList('7')).toEqual([7]);
  expect(pidList(undefined)).toEqual([]);
});

test.each(['0', '-1', '1,', ',', '1 2', '01', '1e3', '99999999999'])('not a pid: %j', (text) => {
  expect(() => pidList(text)).toThrow('expected process ids');
});

describe('words of a command', () => {
  test.each([
    ['./server --port 80', ['./server', '--port', '80']],
    [`sh -c 'a | b && c > d'`, ['sh', '-c', 'a | b && c > d']],
    [`x "" 'a "b" c' --f="1 2"`, ['x', '', 'a "b" c', '--f=1 2']],
    ['  curl   http://h/?q=1#x ', ['curl', 'http://h/?q=1#x']],
  ])('%s', (command, words) => {
    expect(commandWords(command)).toEqual(words);
  });

  test.each([
    ['a | b', 'so | has no meaning'],
    ['a; b', 'so ; has no meaning'],
    ['a && b', 'so && has no meaning'],
    ['a || b', 'so || has no meaning'],
    ['a > b', 'so > has no meaning'],
    ['a >> b', 'so >> has no meaning'],
    ['a < b', 'so < has no meaning'],
    ['a &', 'so & has no meaning'],
    ['a $HOME', 'so $ has no meaning'],
    ['ls *.c', 'so * has no meaning'],
    ['a b\\ c', 'so \\ has no meaning'],
    [`a 'b`, 'a quote is not closed'],
    [`a "b'`, 'a quote is not closed'],
    ['   ', '-c needs a command'],
    ["''", '-c needs a command'],
    ['A=1 ./server', "-c 'env A=1 ...'"],
  ])('not %s', (command, message) => {
    expect(() => commandWords(command)).toThrow(message);
  });

  test('quoted words come back as they are', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !text.includes("'"));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const command = ['run', ...words.map((each) => `'${each}'`)].join(' ');
        expect(commandWords(command)).toEqual(['run', ...words]);
      }),
    );
  });
});

test('each kind of target', () => {
  expect(chooseTarget({ pid: '1,2' })).toEqual({ kind: 'pids', pids: [1, 2] });
  expect(chooseTarget({ name: 'nginx' })).toEqual({ kind: 'name', name: 'nginx' });
  expect(chooseTarget({ command: 'a b' })).toEqual({
    kind: 'command',
    words: ['a', 'b'],
    kill: false,
  });
  expect(chooseTarget({ command: 'a', kill: true })).toMatchObject({ kill: true });
});

test('of a shell that is named is said what it runs', async () => {
  const script = '/bin/sleep 61 & /bin/sleep 61 & /bin/sleep 61 & /bin/sleep 61 & wait';
  const shell = spawn('/bin/sh', ['-c', script], { stdio: 'ignore', detached: true });
  onTestFinished(() => {
    process.kill(-shell.pid!, 'SIGKILL');
  });
  const advice = async (pids: readonly number[]) => {
    const said: string[] = [];
    await resolveTarget({ kind: 'pids', pids }, (text) => said.push(text));
    return said;
  };
  const words = new RegExp(
    `^warning: pid ${shell.pid} is a shell, which runs (pid \\d+ \\(sleep\\)(, )?){3} and 1 more: -p (\\d+,\\d+,\\d+) traces that$`,
  );
  const said = await vi.waitUntil(async () => words.exec((await advice([shell.pid!])).join('\n')));
  const three = said[3]!.split(',').map(Number);
  expect(await advice(three)).toEqual([]);
  expect((await advice([shell.pid!, ...three])).join()).toMatch(
    /runs pid \d+ \(sleep\): -p \d+ traces that$/,
  );
});
