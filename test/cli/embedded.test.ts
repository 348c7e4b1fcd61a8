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
    const { stderr } = await at.run(['render', '--max-size=1k', '-o', 'x.svg'], {}, stacks);
    expect(stderr).toMatch(/^x\.svg: .*the stacks are not in it\n$/);
    expect(at.read('x.svg')).not.toContain('<metadata');
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

describe('an SVG that cannot be read', () => {
  const element = (data: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg"><metadata class="memstacks-profile">${data}</metadata></svg>`;
  const packed = (text: string) => element(gzipSync(text).toString('base64'));
  const head = '{"profile":2,"columns":[{"name":"x","unit":"bytes"}],"root":[0],"meta":{}}\n';
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
