import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { tooFewIntervals } from '../../src/cli/growth-table.ts';
import { htmlDocument } from '../documents.ts';
import { Workplace } from './program.ts';

const capture = fileURLToPath(new URL('../data/capture/growth.capture', import.meta.url));
const withMappings = fileURLToPath(new URL('../data/capture/growth-mmap.capture', import.meta.url));

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

describe('a capture with snapshots', () => {
  test('has a table of what grows, the leak before the larger cache', async () => {
    const { code, stdout, stderr } = await at.run(['top', capture]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot('growth.golden.txt');
  });

  test('has a picture coloured by it, with its legend', async () => {
    const { stdout } = await at.run(['render', capture]);
    expect(stdout).toMatch(
      /class="f steady"[^>]*><title>leak \(51,200 bytes, 20\.00%\)\ngrows steadily: \+10\.0 KiB a second, grew in 5 of 5 intervals</,
    );
    expect(stdout).toMatch(/class="f level"[^>]*><title>cache /);
    expect(stdout).toContain('noted 4 times in 5.0 s');
    expect(stdout.match(/class="entry"/g)).toHaveLength(5);
  });

  test('has it on its HTML page, beside the other views', async () => {
    await at.run(['render', capture, '-o', 'x.html']);
    const document = htmlDocument(at.read('x.html'));
    const titles = [...document.querySelectorAll('h1')].map(({ textContent }) => textContent);
    expect(titles).toEqual(['Memory not freed', 'All allocations']);
    expect(document.querySelector('.note')!.textContent).toContain('noted 4 times in 5.0 s');
  });

  test('says which options mean nothing for its picture, and multiplies growth too', async () => {
    const { stdout, stderr } = await at.run([
      ...['render', capture, '--colors=hot', '--widths=after', '--factor=2'],
    ]);
    expect(stderr).toBe('--colors, --widths: ignored, colours and widths are those of growth\n');
    expect(stdout).toContain(
      '<title>leak (102,400 bytes, 20.00%)\ngrows steadily: +20.0 KiB a second',
    );
  });

  test.each(['x.svg', 'x.html'])('keeps it in %s', async (picture) => {
    await at.run(['render', capture, '-o', picture]);
    expect((await at.run(['top', picture])).stdout).toBe((await at.run(['top', capture])).stdout);
  });

  test('folds and compares as any other', async () => {
    expect((await at.run(['fold', capture])).stdout).toBe(
      'main;cache;malloc 204800\nmain;leak;malloc 51200\n',
    );
    const { stdout } = await at.run(['diff', capture, capture]);
    expect(stdout).toContain('no stack changed');
  });

  test('with too few of them has the usual table, and says why', async () => {
    const text = readFileSync(capture, 'utf8')
      .replace('[1000,2000,3000,4000]', '[4000]')
      .replace(/"unfreed_at":\[(\[\d+,\d+\]).*\]/g, '"unfreed_at":[$1]');
    const { stdout } = await at.run(['top', '-'], {}, text);
    expect(stdout).toContain('   1     200.0 KiB    80.0%');
    expect(stdout).toMatch(/growth: \d intervals? cannot tell it: trace longer/);
    expect((await at.run(['render', '-'], {}, text)).stdout).not.toContain('class="entry"');
  });

  test('of which there is nothing left has the usual table, and no remark', async () => {
    const text = readFileSync(capture, 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('{"stack":'));
    const { stdout } = await at.run(['top', '-'], {}, text.join('\n'));
    expect(stdout).toBe('not freed by server (pid 1234) in 5.0 s: nothing\n');
  });

  test('of which there are fewer than were asked for says so', async () => {
    const text = readFileSync(capture, 'utf8').replace(
      '"snapshots"',
      '"interval_us":100000,"snapshots"',
    );
    const words = 'noted 4 times, not 50 as --interval 0.1 asks: there was no time for more';
    expect((await at.run(['render', '-'], {}, text)).stdout).toContain(`note: ${words}<`);
    expect((await at.run(['render', '-o', 'x.html'], {}, text)).code).toBe(0);
    expect(at.read('x.html')).toContain(words);
  });

  test.each([
    ['[1000,2000,3000,4000]', '[1000,3000,2000,4000]', '"snapshots" must be ascending'],
    ['[[10240,10],', '[', '"unfreed_at" must have 4 weights'],
    ['[10240,10]', '[-1,10]', 'whole number'],
  ])('that is malformed: %s to %s', async (from, to, message) => {
    const text = readFileSync(capture, 'utf8').replace(from, to);
    const { code, stderr } = await at.run(['top', '-'], {}, text);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
  });
});

describe('a capture with snapshots of mappings, too', () => {
  test('has a table of both, and keeps it in its picture', async () => {
    const { code, stdout, stderr } = await at.run(['top', withMappings]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot('growth-mmap.golden.txt');
    for (const view of ['mapped', undefined]) {
      const options = view ? ['--view', view] : [];
      await at.run(['render', withMappings, ...options, '-o', 'x.svg']);
      const table = await at.run(['top', withMappings, ...options]);
      expect(await at.run(['top', 'x.svg'])).toEqual(table);
    }
  });

  test.each([
    [[], 'how what is unfreed or mapped went on'],
    [['--view', 'mapped'], 'how what is mapped went on'],
    [['--view', 'unfreed'], 'how what is unfreed went on'],
  ])('has a picture that says what its colours are of: %j', async (options, words) => {
    expect((await at.run(['render', withMappings, ...options])).stdout).toContain(words);
  });

  test('that is malformed', async () => {
    const text = readFileSync(withMappings, 'utf8').replace('[81920,10],', '');
    const { code, stderr } = await at.run(['top', '-'], {}, text);
    const message = '"mapped_at" must have 4 weights, one a snapshot';
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
  });
});

describe('--interval', () => {
  test.each([
    [{ durationMs: 2000, snapshots: [] }, '1 interval cannot'],
    [{ durationMs: 2000, snapshots: [1000] }, '2 intervals cannot'],
    [{ durationMs: 3000, snapshots: [1000, 2000] }, undefined],
    [{ durationMs: 3000 }, undefined],
  ])('that is too long for the trace is said, also without a table: %j', (meta, said) => {
    const lines = tooFewIntervals(meta);
    expect(lines).toEqual(said === undefined ? [] : [expect.stringContaining(said)]);
  });

  test('is handed to the helper', async () => {
    await at.run(['-p', '1234', '1', '--interval', '0.5']);
    expect(at.log[0]).toContain('--interval 0.5');
  });

  test.each([
    [['--interval', '0'], 'expected seconds, at least 0.001'],
    [['--interval', '0.0009'], 'expected seconds, at least 0.001'],
    [['--interval', 'x'], 'expected a number'],
    [['--interval', '1', '-a'], 'goes neither with -a nor --older'],
    [['--interval', '1', '--older', '5'], 'goes neither with -a nor --older'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stderr } = await at.run(['-p', '1234', ...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    expect(at.log).toEqual([]);
  });
});
