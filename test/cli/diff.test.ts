import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { both, comparedFiles } from './compared-files.ts';
import { serverCapture, type Workplace } from './program.ts';

const mmapCapture = fileURLToPath(new URL('../data/capture/growth-mmap.capture', import.meta.url));
let at: Workplace;
beforeEach(() => {
  at = comparedFiles();
});

function json(stdout: string) {
  return JSON.parse(stdout) as {
    [key: string]: unknown;
    stacks: { stack: string[]; before: number; after: number; change: number; noise: boolean }[];
  };
}

describe('the table', () => {
  test('has what grew, what shrank, what is new and what vanished', async () => {
    const { code, stdout, stderr } = await at.run([
      ...['diff', 'old.folded', 'new.folded', '--countname=bytes', '-T', '1', '--threshold=8k'],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot('diff.golden.txt');
  });

  test('has changes that lie between the amounts shown', async () => {
    writeFileSync(at.path('th1.folded'), 'main;a 1000\nmain;b 1023\nmain;c 3000\n');
    writeFileSync(at.path('th2.folded'), 'main;a 10\nmain;b 1024\nmain;c 1999\n');
    const { stdout } = await at.run([...['diff', 'th1.folded', 'th2.folded', '--countname=bytes']]);
    expect(stdout).toMatch(/^4\.91 KiB before, 2\.96 KiB after: -1\.95 KiB \(/);
    expect(stdout).toMatch(/ 2\.93 KiB +1\.95 KiB +-1,001 bytes /);
    expect(stdout).toMatch(/ 1,000 bytes +10 bytes +-990 bytes /);
  });

  test('of what did not change says so', async () => {
    const { stdout } = await at.run(['diff', 'old.folded', 'old.folded']);
    expect(stdout.split('\n').slice(0, 1)).toEqual(['160,768 before, 160,768 after: no change']);
    expect(stdout).toContain('\nno stack changed\n');
  });

  test('is also that of a file with two counts a line', async () => {
    writeFileSync(at.path('x.diff.folded'), both);
    const { stdout } = await at.run(['top', 'x.diff.folded']);
    expect(stdout).toContain('160,768 before, 181,248 after: +20,480 (+12.7%)\n');
    expect(stdout).toMatch(/1 +102,400 +133,120 +\+30,720 +\+30.0%\n +a <- main\n/);
  });

  test('does what the terminal is told by hostile names to no terminal', async () => {
    writeFileSync(at.path('\x1b[2J.folded'), 'ma\x1bin 1\n');
    const { stdout, stderr } = await at.run(['diff', 'old.folded', '\x1b[2J.folded']);
    expect(stdout + stderr).not.toContain('\x1b');
    expect(stdout).toContain('after  ?[2J.folded\n');
  });
});

describe('inputs', () => {
  test('may be gzipped, from stdin, captures and stacks', async () => {
    const collapsed = (await at.run(['fold', serverCapture])).stdout;
    for (const input of [collapsed, gzipSync(collapsed), readFileSync(serverCapture)]) {
      const { code, stdout } = await at.run(['diff', serverCapture, '-', '--json'], {}, input);
      expect({ code, stacks: json(stdout).stacks }).toEqual({ code: 0, stacks: [] });
      expect(json(stdout)).toMatchObject({ unit: 'bytes', view: 'unfreed', change: 0 });
    }
  });

  test('of captures in the view that is asked for, with its losses', async () => {
    const line = ['diff', serverCapture, serverCapture, '--view', 'all', '--json'];
    const { stdout, stderr } = await at.run(line);
    expect(json(stdout)).toMatchObject({ view: 'all', before: 53_954_496 });
    expect(stderr).toContain(`${serverCapture}: lost: 30 calls, 960 bytes, counted without`);
  });

  test('may be several a side, of which one is not like the other', async () => {
    writeFileSync(at.path('other.folded'), 'main;a 133120\nmain;b 51201\nmain;c 7168\n');
    const line = ['diff', '--before', 'old.folded', 'other.folded', '--after', 'new.folded'];
    const { stdout } = await at.run([...line, '--json']);
    const noise = json(stdout).stacks.filter((stack) => stack.noise);
    expect(noise).toEqual([
      { stack: ['main', 'a'], before: 117_760, after: 133_120, change: 15_360, noise: true },
    ]);
    expect(json(stdout).runs).toMatchObject({
      before: [
        { name: 'old.folded', total: 160_768, factor: 1 },
        { name: 'other.folded', total: 191_489, factor: 1 },
      ],
    });
    expect((await at.run(line)).stdout).toContain('\nnoise: +15,360 in 1 stack\n');
  });

  test('may be empty, which is said', async () => {
    writeFileSync(at.path('none.folded'), '');
    writeFileSync(at.path('none.folded.gz'), gzipSync(''));
    for (const none of ['none.folded', 'none.folded.gz']) {
      const said = `${none} is empty: taken for stacks of which there are none\n`;
      const fixed = await at.run(['diff', 'old.folded', none, '-f', '--fail-above', '0']);
      const expected = 'main;a 102400 0\nmain;b 51200 0\nmain;c 7168 0\n';
      expect(fixed).toEqual({ code: 0, stdout: expected, stderr: said });
      const grown = await at.run(['diff', none, 'old.folded', '-f', '--fail-above', '0']);
      expect({ ...grown, stdout: '' }).toMatchObject({
        code: 3,
        stderr: expect.stringContaining(said),
      });
    }
    expect((await at.run(['diff', 'none.folded', 'none.folded'])).stdout).toContain('no change');
  });

  test.each([
    [['old.folded'], 'name two files'],
    [[], 'nothing to compare: say what was before'],
    [['old.folded', 'new.folded', '--before', 'x'], 'name two files'],
    [['--before', 'old.folded'], 'nothing to compare: say what was after'],
    [['-', '-'], 'only one of the files may be stdin'],
    [['old.folded', 'new.folded', '--json', '-f'], 'either --json or -f'],
    [['old.folded', 'new.folded', '-n', '--normalize', 'before'], '-n is --normalize after'],
    [['old.folded', 'new.folded', '--threshold', 'much'], '--threshold much: expected bytes'],
    [['old.folded', 'new.folded', '--fail-above', 'x%'], '--fail-above x: expected a number'],
    [['old.folded', 'new.folded', '-n', '--fail-above', '5'], '--normalize after makes totals'],
    [['old.folded', 'new.folded', '-o', 'x.capture'], '-o x.capture: the suffix'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stdout, stderr } = await at.run(['diff', ...args]);
    expect(stderr).toMatch(/^memstacks: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test.each([
    [
      ['old.folded', 'none.capture'],
      'it is empty, which no .capture file is that was written whole',
    ],
    [['none.svg.gz', 'old.folded'], 'it is empty, which no .svg file is that was written whole'],
    [['old.folded', 'cut.gz'], 'cut.gz: the gzip data ends before there is anything'],
    [['old.folded', 'missing'], 'cannot read missing: no such file or directory'],
    [[serverCapture, 'new.folded', '--countname', 'pages'], 'the unit of '],
    [[serverCapture, mmapCapture], 'of the same kind, or name a --view that captures of both have'],
    [['old.folded', 'x.diff.folded'], 'x.diff.folded is a differential already'],
    [['old.folded', 'new.folded', '--normalize', 'duration'], 'does not say how long it took'],
  ])('%j cannot be compared', async (args, message) => {
    writeFileSync(at.path('x.diff.folded'), both);
    writeFileSync(at.path('cut.gz'), gzipSync(both).subarray(0, 11));
    writeFileSync(at.path('none.capture'), '');
    writeFileSync(at.path('none.svg.gz'), gzipSync(''));
    const { code, stdout, stderr } = await at.run(['diff', ...args]);
    expect(stderr).toMatch(/^memstacks: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  test('that look swapped are noticed', async () => {
    const text = readFileSync(serverCapture, 'utf8');
    writeFileSync(at.path('later.capture'), text.replaceAll('2026-', '2027-'));
    const { code, stderr } = await at.run(['diff', 'later.capture', serverCapture]);
    expect(code).toBe(0);
    expect(stderr).toContain('(after) began before later.capture (before): are they swapped?\n');
    const right = await at.run(['diff', serverCapture, 'later.capture']);
    expect(right.stderr).not.toContain('swapped');
  });
});

describe('--json', () => {
  test('has every stack, whatever its name, the largest change first and then by name', async () => {
    const names = Array.from({ length: 3000 }, (_, index) => `"${index}\\é`);
    const lines = names.map((name, index) => `main;${name} ${1 + (index % 7)}\n`);
    writeFileSync(at.path('none.folded'), '');
    writeFileSync(at.path('many.folded'), lines.join(''));
    const { stdout } = await at.run(['diff', 'none.folded', 'many.folded', '--json']);
    const expected = names.map((name, index) => ({ name, change: 1 + (index % 7) }));
    expected.sort((a, b) => b.change - a.change || (a.name < b.name ? -1 : 1));
    expect(json(stdout).stacks).toEqual(
      expected.map(({ name, change }) => ({
        ...{ before: 0, after: change, change, noise: false },
        stack: ['main', name],
      })),
    );
    // A line for each, which grep finds.
    expect(stdout.split('\n')).toHaveLength(1 + names.length + 2);
  });
});

describe('two counts a line', () => {
  test('on stdout and in files, which fold reads and writes again', async () => {
    const line = ['diff', 'old.folded', 'new.folded'];
    expect((await at.run([...line, '-f'])).stdout).toBe(both);
    const outputs = ['-o', 'x.diff.folded', '-o', 'y.folded', '-o', 'z.diff.folded.gz'];
    const { stdout } = await at.run([...line, ...outputs]);
    expect(stdout).toBe('');
    expect([at.read('x.diff.folded'), at.read('y.folded')]).toEqual([both, both]);
    expect(gunzipSync(readFileSync(at.path('z.diff.folded.gz'))).toString()).toBe(both);
    expect((await at.run(['fold', 'x.diff.folded'])).stdout).toBe(both);
  });

  test('normalised as difffolded.pl -n does it, with addresses as its -s does', async () => {
    const { stdout } = await at.run(
      ['diff', '-nsf', '-', 'new.folded'],
      {},
      'main;[0x7f01] 1\nmain;[0xab] 1\n',
    );
    expect(stdout).toBe('main;[0x...] 181248 0\nmain;a 0 133120\nmain;b 0 40960\nmain;d 0 7168\n');
  });
});

describe('--fail-above', () => {
  test.each([
    ['20479', 3, '20,479'],
    ['20480', 0],
    ['12%', 3, '12% (19,292)'],
    ['12.7%', 3, '12.7% (20,417)'],
    ['13%', 0],
  ])('%s', async (limit, code, words = '') => {
    const result = await at.run(['diff', 'old.folded', 'new.folded', '-f', '--fail-above', limit]);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code, stdout: both });
    const said = `memstacks: grew by 20,480, more than the --fail-above of ${words}\n`;
    expect(result.stderr).toBe(code === 0 ? '' : said);
  });

  test('says when the runs of a side differ as much', async () => {
    writeFileSync(at.path('other.folded'), 'main;a 181249\n');
    const runs = ['--before', 'old.folded', '--after', 'new.folded', 'other.folded'];
    const line = ['diff', ...runs, '--fail-above', '20480'];
    const { code, stderr } = await at.run(line);
    const grew = 'memstacks: grew by 20,481, more than the --fail-above of 20,480';
    expect({ code, stderr }).toEqual({ code: 3, stderr: `${grew}\n` });
    writeFileSync(at.path('other.folded'), 'main;a 222208\n');
    const said = (await at.run(line)).stderr;
    expect(said).toContain('; but the runs of a side differ by as much (40,960)\n');
  });

  test('lets pass what shrank', async () => {
    const { code } = await at.run(['diff', 'new.folded', 'old.folded', '--fail-above', '0']);
    expect(code).toBe(0);
  });
});
