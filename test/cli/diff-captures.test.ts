import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { htmlDocument } from '../documents.ts';
import { serverCapture, Workplace } from './program.ts';

const demo = fileURLToPath(new URL('../../samples/recorded/demo.capture', import.meta.url));
const faults = fileURLToPath(new URL('../../samples/recorded/pgfault.capture', import.meta.url));

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

async function totalsOf(files: string[], options: string[]) {
  const { code, stdout, stderr } = await at.run(['diff', ...files, '--json', ...options]);
  if (code !== 0) return stderr;
  const { unit, view, before, after } = JSON.parse(stdout) as Record<string, unknown>;
  return { unit, view, before, after };
}

describe('captures of page faults', () => {
  /** As `fold` has it. */
  async function folded(options: string[]): Promise<number> {
    const { stdout } = await at.run(['fold', faults, ...options]);
    return stdout.split('\n').reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  test.each([
    [[], 'pages'],
    [['--view', 'resident', '--bytes'], 'bytes'],
    [['--anon', '--bytes'], 'bytes'],
    [['--file', '--shmem'], 'pages'],
  ])('%j: what fold counts', async (options, unit) => {
    const total = await folded(options);
    expect(total > 0).toBe(!options.includes('--file'));
    expect(await totalsOf([faults, faults], options)).toEqual({
      unit,
      view: 'resident',
      before: total,
      after: total,
    });
  });

  test('are needed for that', async () => {
    writeFileSync(at.path('x.folded'), 'main;a 1\n');
    expect(await totalsOf([faults, 'x.folded'], ['--anon'])).toBe(
      'memstacks: x.folded: --bytes, --anon, --file and --shmem need a capture of page faults\n',
    );
  });
});

describe('captures of a heap', () => {
  test('have a page of bytes and of calls, whose noise is told in bytes or in shares', async () => {
    await at.run(['diff', serverCapture, demo, '-o', 'x.html', '--threshold=1k', '--widths=after']);
    const document = htmlDocument(at.read('x.html'));
    const texts = (selector: string) =>
      [...document.querySelectorAll(selector)].map(({ textContent }) => textContent!);
    expect(texts('h1')).toEqual(Array(2).fill('Memory not freed: what changed'));
    expect(texts('.total')).toEqual([
      expect.stringMatching(/^total: [\d.]+ MiB \([\d,]+ bytes\) before/),
      expect.stringMatching(/^total: 6,200 calls before, [\d,]+ calls after: /),
    ]);
    expect(texts('.note').filter((note) => note.startsWith('noise'))).toEqual([
      'noise: changes below 1.0 KiB',
    ]);
    const compared = ['diff', serverCapture, demo, '--threshold=1k'];
    expect((await at.run(['top', 'x.html'])).stdout).toBe((await at.run(compared)).stdout);
    expect((await at.run(['fold', 'x.html'])).stdout).toBe(
      (await at.run([...compared, '-f'])).stdout,
    );
  });

  test('have a page of bytes alone where the other side does not tell calls', async () => {
    writeFileSync(at.path('x.folded'), 'main;a 1\n');
    const { stderr } = await at.run(['diff', serverCapture, 'x.folded', '-o', 'x.html', '--cp']);
    expect(stderr).toContain('x.html: --cp: ignored, colours and amounts of a differential');
    expect(at.read('x.html').match(/<h1>/g)).toHaveLength(1);
  });
});

test('what captures have in common is said once, what one has alone with its name', async () => {
  const text = readFileSync(serverCapture, 'utf8');
  writeFileSync(at.path('a.capture'), text);
  writeFileSync(at.path('b.capture'), text);
  writeFileSync(at.path('c.capture'), text.slice(0, text.lastIndexOf('{"end"')));
  const { stderr } = await at.run(['diff', 'a.capture', 'b.capture']);
  expect(stderr).toMatch(/^a\.capture, b\.capture: lost: /m);
  expect(stderr).not.toMatch(/^b\.capture: /m);
  const other = await at.run(['diff', 'a.capture', 'c.capture']);
  expect(other.stderr).toMatch(/^a\.capture: lost: /m);
  expect(other.stderr).toMatch(/^c\.capture: note: the capture was cut short/m);
});
