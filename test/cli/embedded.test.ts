import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { serverCapture, Workplace } from './program.ts';

const mmapCapture = fileURLToPath(new URL('../data/capture/growth-mmap.capture', import.meta.url));

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

const stacks = 'main;parse;malloc 3000\nmain;<module>;put 1000\nmain;a b 7\n';
const sorted = 'main;<module>;put 1000\nmain;a b 7\nmain;parse;malloc 3000\n';

async function svgOf(text: string, ...options: string[]): Promise<string> {
  return (await at.run(['render', ...options], {}, text)).stdout;
}

describe('an SVG is also the data', () => {
  test('fold gives the collapsed stacks back', async () => {
    writeFileSync(at.path('x.svg'), await svgOf(stacks));
    expect(await at.run(['fold', 'x.svg'])).toEqual({ code: 0, stdout: sorted, stderr: '' });
    expect((await at.run(['fold'], {}, at.read('x.svg'))).stdout).toBe(sorted);
    const packed = gzipSync(readFileSync(at.path('x.svg')));
    expect((await at.run(['fold', '-'], {}, packed)).stdout).toBe(sorted);
  });

  test.each([
    [serverCapture, ['--view', 'all']],
    [serverCapture, ['--view', 'unfreed']],
    [mmapCapture, ['--view', 'all']],
    [mmapCapture, ['--view', 'mmap']],
    [mmapCapture, ['--view', 'mapped']],
    [mmapCapture, []],
  ])('fold, top and render of %s %j say what they say of the capture', async (capture, view) => {
    await at.run(['render', capture, ...view, '-o', 'x.svg']);
    for (const command of ['fold', 'top', 'render'])
      expect(await at.run([command, 'x.svg'])).toEqual(await at.run([command, capture, ...view]));
  });

  test('what is gathered or hidden in the picture is in the data', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => `main;f${i} ${1 + (i % 7)}\n`);
    const svg = await svgOf([...many, 'main;big 9999999\n'].join(''));
    expect(svg).not.toContain('f4999');
    const { stdout } = await at.run(['fold'], {}, svg);
    expect(stdout.split('\n')).toHaveLength(5002);
  });

  test('--no-embed leaves it out, and fold says what to do', async () => {
    const { code, stdout, stderr } = await at.run(['fold'], {}, await svgOf(stacks, '--no-embed'));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^memstacks: stdin: there are no stacks in this SVG: [^\n]*\n$/);
  });

  test('--max-size leaves it out when it must, and says so', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => `main;f${i} ${1 + (i % 7)}\n`).join('');
    const size = (await svgOf(many)).length - 1000;
    const { stderr } = await at.run(['render', `--max-size=${size}`, '-o', 'x.svg'], {}, many);
    expect(stderr).toMatch(/^x\.svg: the stacks are not in this file: .*\n$/);
    expect(at.read('x.svg')).not.toContain('<metadata');
  });

  test('--max-size keeps it where the picture is too large without it', async () => {
    const { stderr } = await at.run(['render', '--max-size=1k', '-o', 'x.svg'], {}, stacks);
    expect(stderr).toBe(
      'x.svg: this file has more than 1.0 KiB (--max-size): no picture is that small\n',
    );
    expect(at.read('x.svg')).toContain('<metadata');
  });

  test('names that begin like an SVG are stacks', async () => {
    const python = '<module>;<listcomp> 3\n';
    expect((await at.run(['fold'], {}, python)).stdout).toBe(python);
  });

  test.each(['--view=all', '--addresses', '--hide-allocator'])('has no %s', async (option) => {
    const { code, stderr } = await at.run(['fold', option], {}, await svgOf(stacks));
    expect(stderr).toMatch(/^memstacks: stdin: --[a-z-]+ needs a capture: a picture [^\n]*\n$/);
    expect(code).toBe(2);
  });
});

describe('an HTML page is also the data', () => {
  test('fold gives the collapsed stacks back', async () => {
    await at.run(['render', '-o', 'x.html', '-o', 'x.html.gz'], {}, stacks);
    for (const words of [['x.html'], ['x.html.gz']])
      expect(await at.run(['fold', ...words])).toEqual({ code: 0, stdout: sorted, stderr: '' });
    expect((await at.run(['fold'], {}, at.read('x.html'))).stdout).toBe(sorted);
    expect(at.read('x.html').match(/memstacks-profile">/g)).toHaveLength(1);
  });

  test('with all views of a capture, the one that it shows first for the asking', async () => {
    await at.run(['render', serverCapture, '--view=all', '-o', 'x.html']);
    for (const command of ['fold', 'top', 'render'])
      for (const view of ['all', 'unfreed'])
        expect(await at.run([command, 'x.html', '--view', view])).toEqual(
          await at.run([command, serverCapture, '--view', view]),
        );
    expect(await at.run(['top', 'x.html'])).toEqual(
      await at.run(['top', serverCapture, '--view=all']),
    );
    await at.run(['render', 'x.html', '-o', 'y.html']);
    expect(at.read('y.html')).toBe(at.read('x.html'));
    expect(await at.run(['fold', 'x.html', '--view=resident'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'memstacks: x.html: this page has no view "resident"\n',
    });
  });

  test('diff takes pages, SVGs, captures and stacks in any mix', async () => {
    for (const name of ['x.html', 'x.svg', 'x.folded'])
      await at.run(['render', serverCapture, '-o', name]);
    await at.run(['fold', serverCapture, '-o', 'x.folded']);
    const files = ['x.html', 'x.svg', 'x.folded', serverCapture];
    for (const [before, after] of files.flatMap((a) => files.map((b) => [a, b] as const)))
      expect((await at.run(['diff', before, after, '--countname=bytes'])).stdout).toContain(
        'no stack changed',
      );
  });

  test.each([
    ['of another tool', '<!doctype html>\n<title>a</title>\nVersion 2.0, January 2004\n'],
    ['with a byte order mark', '\ufeff<html lang="en">\na 1\n'],
    ['of an older version', '<!DOCTYPE html>\n<script id="data" type="text/plain">7V0</script>\n'],
    [
      'with a hostile name',
      '<!DOCTYPE html>\n<p>&lt;metadata class="memstacks-profile">QUJD</p>\n',
    ],
  ])('one %s is refused, and what to do', async (_, text) => {
    writeFileSync(at.path('x'), text);
    for (const words of [
      ['fold', 'x'],
      ['render', 'x', '-o', 'x.svg'],
      ['diff', serverCapture, 'x'],
    ]) {
      const { code, stdout, stderr } = await at.run(words);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(
        /^memstacks: x: there are no stacks in this HTML page: [^\n]*older memstacks[^\n]*\n$/,
      );
    }
    expect(at.files).toEqual(['x']);
  });

  test.each([
    [[{ columns: 1 }], 'line 1: "views" is not'],
    [[{ columns: 2, meta: {} }], 'the views do not have the columns'],
    [[{ columns: 0, meta: {} }], 'at least one column'],
    [[{ columns: 1, meta: { host: 1 } }], 'line 1: "views" is not'],
  ])('one whose views are %j is malformed', async (views, message) => {
    const head = {
      profile: 2,
      columns: [{ name: 'x', unit: 'bytes' }],
      root: [0],
      meta: { views },
    };
    const data = gzipSync(`${JSON.stringify(head)}\n["a"]\n\n\nA\nA\nB\n`).toString('base64');
    const page = `<!doctype html><metadata class="memstacks-profile">${data}</metadata>`;
    const { code, stdout, stderr } = await at.run(['fold'], {}, page);
    expect(stderr).toMatch(/^memstacks: stdin: the embedded data are malformed: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });
});

describe('an SVG that cannot be read', () => {
  const element = (data: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg"><metadata class="memstacks-profile">${data}</metadata></svg>`;
  const packed = (text: string) => element(gzipSync(text).toString('base64'));
  const head = '{"profile":2,"columns":[{"name":"x","unit":"bytes"}],"root":[0],"meta":{}}\n';
  const column = '{"name":"x","unit":"bytes"}';
  const sides = '{"name":"before","unit":"bytes"},{"name":"after","unit":"bytes"}';
  /** Of one run before, and so many after. */
  function comparison(after: number): string {
    const run = { name: 'r', total: 1, factor: 1, meta: {} };
    const runs = { before: [run], after: Array.from({ length: after }, () => run) };
    return JSON.stringify({ differential: { ...runs, normalized: 'none', threshold: 0 } });
  }
  const good = gzipSync(`${head}["a"]\n\n\nA\nA\nB\n`).toString('base64');

  test.each([
    [
      'flamegraph.pl',
      '<?xml version="1.0" standalone="no"?><!DOCTYPE svg PUBLIC "x"><svg></svg>',
      'there are no stacks in this SVG',
    ],
    ['empty data', element(''), 'there are no stacks in this SVG'],
    ['no base64', element('&&&&'), 'there are no stacks in this SVG'],
    ['no gzip', element('aGVsbG8='), 'cannot read stdin: broken gzip data'],
    ['cut short', element(good.slice(0, -16)), 'cut short'],
    ['cut within the element', element(good).slice(0, 120), 'cut short'],
    ['a changed byte', element(`${good.slice(0, 60)}AAAA${good.slice(64)}`), 'gzip data'],
    ['no profile', packed('hello'), 'the embedded data are malformed: line 1: '],
    ['a bad node', packed(`${head}\n\nH\nA\nB\n`), 'nodes: frame 7 is not defined'],
    ['another version', packed('{"profile":7}\n'), 'of version 7'],
    [
      'no column of a snapshot',
      packed(`${head.replace('{}', '{"snapshots":[5]}')}["a"]\n\n\nA\nA\nB\n`),
      'malformed: there is no column "x_1"',
    ],
    [
      'no side of a comparison',
      packed(`${head.replace('{}', comparison(1))}["a"]\n\n\nA\nA\nB\n`),
      'malformed: there is no column "before"',
    ],
    [
      'no column of a run',
      packed(
        `${head.replace(column, `${sides}`).replace('[0]', '[0,0]').replace('{}', comparison(2))}["a"]\n\n\nA\nA\nB\nA\nB\n`,
      ),
      'malformed: there is no column "after_1"',
    ],
    [
      'an escape',
      packed(head.replace('"x"', '"x","\u001b[31m":1').replace('{}', '{"host":1}')),
      'malformed',
    ],
  ])('%s', async (_, svg, message) => {
    const { code, stdout, stderr } = await at.run(['fold'], {}, svg);
    expect(stderr).toMatch(/^memstacks: [^\n]*\n$/);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  test('one that stands for gigabytes', async () => {
    const zeros = Buffer.alloc(64 * 1024 * 1024, '0');
    const bomb = Buffer.concat(Array.from({ length: 20 }, () => gzipSync(zeros)));
    const { code, stderr } = await at.run(['fold'], {}, element(bomb.toString('base64')));
    expect(stderr).toMatch(
      /^memstacks: stdin: [^\n]*(longer than 256 MiB|more than 1.0 GiB)[^\n]*\n$/,
    );
    expect(code).toBe(1);
  });
});
