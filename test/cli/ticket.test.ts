import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { serverCapture, Workplace } from './program.ts';

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

/** Lines of a summary that are not inside of a fence. */
function outside(markdown: string): string[] {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    if (fence === undefined && /^`{3,}$/.test(line)) fence = line;
    else if (line === fence) fence = undefined;
    else if (fence === undefined && line !== '') lines.push(line);
  }
  expect(fence).toBeUndefined();
  return lines;
}

describe('--ticket', () => {
  test('where no folder can be made is refused before the trace', async () => {
    const { code, stderr } = await at.run(['-p', '1234', '1', '--ticket', '/proc/a/b']);
    expect({ code, log: at.log }).toEqual({ code: 1, log: [] });
    expect(stderr).toBe('memstacks: cannot make the folder /proc/a/b: no such file or directory\n');
  });

  test('of a trace has picture, stacks and a summary', async () => {
    const { code, stdout, stderr } = await at.run(['-p', '1234', '1', '--ticket', 'a/t']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('wrote a/t\n');
    const folded = (await at.run(['-p', '1234', '1', '-f'])).stdout;
    expect(gunzipSync(readFileSync(at.path('a/t/stacks.folded.gz'))).toString()).toBe(folded);
    expect(at.read('a/t/flamegraph.svg')).toContain('<svg ');
    const summary = at.read('a/t/summary.md');
    for (const part of [
      'server (pid 1234) on ',
      'total: ',
      'made by: memstacks -p 1234 1 --ticket a/t\n',
      'lost: 30 calls',
      'stacks: ',
      'malloc <- ',
    ])
      expect(summary).toContain(part);
  });

  test.each([
    ['render', serverCapture],
    ['diff', serverCapture, serverCapture],
    ['pgfault', '-p', '1234', '1'],
  ])('%s makes one too', async (...line) => {
    const { code } = await at.run([...line, '--ticket', 't']);
    expect(code).toBe(0);
    expect(at.read('t/summary.md')).toMatch(/^# /);
    const stacks = line[0] === 'diff' ? 'stacks.diff.folded.gz' : 'stacks.folded.gz';
    expect(statSync(at.path(`t/${stacks}`)).size).toBeGreaterThan(0);
  });

  test.each([
    ['', ['total: 0 bytes\n', '```\nnothing was recorded\n```']],
    ['a;b 812\n', ['total: 812 bytes\n', ' 1  812 bytes, 100%']],
    ['a;b 2048\n', ['total: 2.0 KiB (2,048 bytes)\n', ' 1  2.0 KiB, 100%']],
  ])('says what there is, however little: %j', async (stacks, parts) => {
    const header = readFileSync(serverCapture, 'utf8').split('\n').slice(0, 2).join('\n');
    const input = stacks === '' ? `${header}\n` : stacks;
    const { code } = await at.run(['render', '--countname=bytes', '--ticket', 't'], {}, input);
    expect(code).toBe(0);
    for (const part of parts) expect(at.read('t/summary.md')).toContain(part);
  });

  test('keeps its picture small whatever there is to draw', async () => {
    const names = Array.from(
      { length: 40_000 },
      (_, i) => `main;${'x'.repeat(60)}_${i} ${i + 1}\n`,
    );
    const { code } = await at.run(['render', '--ticket', 't'], {}, names.join(''));
    expect(code).toBe(0);
    expect(statSync(at.path('t/flamegraph.svg')).size).toBeLessThanOrEqual(1024 * 1024);
  });

  test('quotes hostile names such that they stay text', async () => {
    const name = '```\n# @all [x](http://evil) <img src=x> ````` #1';
    writeFileSync(at.path('x.folded'), `main;${name.replaceAll('\n', ' ')} 9\n`);
    await at.run(['render', 'x.folded', '--ticket', 't']);
    const summary = at.read('t/summary.md');
    expect(summary).toContain('@all [x](http://evil)');
    expect(outside(summary).join('\n')).not.toMatch(/evil|@all|img/);
  });

  test('that cannot be written is found before the trace', async () => {
    writeFileSync(at.path('t'), '');
    const { code, stderr } = await at.run(['-p', '1234', '1', '--ticket', 't/u']);
    expect(stderr).toBe('memstacks: cannot make the folder t/u: not a directory\n');
    expect({ code, log: at.log }).toEqual({ code: 1, log: [] });
  });
});

describe('--redact', () => {
  test('of a trace concerns all that is written', async () => {
    const outputs = ['-o', 'x.capture', '-o', 'x.svg', '-o', 'x.html', '--ticket', 't'];
    await at.run(['-p', '1234', '1', ...outputs]);
    expect(at.read('x.capture')).toContain('web1');
    const { code } = await at.run(['-p', '1234', '1', '--redact', ...outputs]);
    expect(code).toBe(0);
    for (const file of ['x.capture', 'x.svg', 'x.html', 't/summary.md', 't/flamegraph.svg'])
      expect([file, at.read(file).match(/web1|\/usr\/|\/srv\/|--port/g)]).toEqual([file, null]);
    expect((await at.run(['top', 'x.svg'])).stdout).toBe(
      (await at.run(['top', 'x.capture'])).stdout,
    );
  });

  test('of files', async () => {
    writeFileSync(at.path('a.folded'), 'main;JS:f /srv/secret/a.js:1 5\n');
    writeFileSync(at.path('b.folded'), 'main;JS:f /srv/secret/a.js:1 7\n');
    const [a, b] = ['a.folded', 'b.folded'].map((name) => at.path(name));
    const diff = await at.run(['diff', a!, b!, '--redact', '--ticket', 't', '-f']);
    expect(diff.stdout).toBe('main;JS:f a.js:1 5 7\n');
    const render = await at.run(['render', a!, '--redact']);
    for (const text of [at.read('t/summary.md'), at.read('t/flamegraph.svg'), render.stdout])
      expect(text).not.toMatch(/secret|memstacks-test-/);
  });

  test.each([
    [['-c', '/srv/shop/server --token 123', '1'], '-c server 1'],
    [['--command=./shop/server --token 123', '1'], '--command=server 1'],
    [['-c=shop/server --token 123', '1'], '-c=server 1'],
    [['-ac', ' shop/server --token 123', '1'], '-ac server 1'],
    [
      ['-p', '1234', '1', '--output=shop/x.svg', '-o', './shop/y.svg'],
      '-p 1234 1 --output=x.svg -o y.svg',
    ],
  ])('of the command leaves names without folders and arguments: %j', async (line, shown) => {
    mkdirSync(at.path('shop'));
    const { code } = await at.run([...line, '--redact', '--ticket', 'shop/t']);
    expect(code).toBe(0);
    const summary = at.read('shop/t/summary.md');
    expect(summary).toContain(`memstacks ${shown} --redact --ticket t\n`);
    expect(summary).not.toMatch(/shop|token/);
  });

  test('of a comparison leaves the folders of its files out of its notes', async () => {
    mkdirSync(at.path('shop'));
    const text = readFileSync(serverCapture, 'utf8');
    writeFileSync(at.path('shop/old.capture'), text.replaceAll('2026-', '2027-'));
    writeFileSync(at.path('shop/new.capture'), text);
    const line = ['diff', 'shop/old.capture', 'shop/new.capture', '--json'];
    await at.run([...line, '--ticket', 't', '-o', 'x.svg']);
    expect(at.read('x.svg')).toContain('shop/new.capture (after) began before');
    const { stdout } = await at.run([...line, '--redact', '--ticket', 'u', '-o', 'y.svg']);
    await at.run(['render', 'x.svg', '--redact', '-o', 'z.svg']);
    const made = ['u/summary.md', 'u/flamegraph.svg', 'y.svg', 'z.svg'].map((name) =>
      at.read(name),
    );
    for (const text of [stdout, ...made]) {
      expect(text).toContain('new.capture (after) began before old.capture (before)');
      expect(text).not.toContain('shop');
    }
  });
});
