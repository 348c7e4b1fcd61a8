import { writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { svgDocument } from '../documents.ts';
import { textsOf, tooltips } from '../render/pictures.ts';
import { Workplace } from './program.ts';

let at: Workplace;
beforeEach(() => {
  at = new Workplace();
});

const stacks = 'main;work;malloc 3000\nmain;malloc 1000\n';

async function svg(...options: string[]): Promise<string> {
  const { code, stdout, stderr } = await at.run(['render', ...options], {}, stacks);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('options of flamegraph.pl', () => {
  test('--reverse merges from the leaf, and keeps the data as they are', async () => {
    const picture = await svg('--reverse');
    expect(tooltips(picture)).toEqual([
      'all (4,000 samples, 100%)',
      'malloc (4,000 samples, 100.00%)',
      'main (1,000 samples, 25.00%)',
      'work (3,000 samples, 75.00%)',
      'main (3,000 samples, 75.00%)',
    ]);
    const { stdout } = await at.run(['fold'], {}, picture);
    expect(stdout.split('\n').sort()).toEqual(stacks.split('\n').sort());
  });

  test('--total is what 100% is; below the sum it is ignored, and that is said', async () => {
    const tips = tooltips(await svg('--total=8000'));
    expect(tips.slice(0, 2)).toEqual(['all (8,000 samples, 100%)', 'main (4,000 samples, 50.00%)']);
    const { stdout, stderr } = await at.run(['render', '--total=3999'], {}, stacks);
    expect(stderr).toBe('--total 3999 is below the sum of the stacks, and is ignored\n');
    expect(tooltips(stdout)[0]).toBe('all (4,000 samples, 100%)');
  });

  test('--factor multiplies what is shown', async () => {
    const picture = await svg('--factor=4096', '--countname=bytes');
    expect(tooltips(picture)[1]).toBe('main (16,384,000 bytes, 100.00%)');
    expect(textsOf(svgDocument(picture), '.total')).toEqual(['total: 15.6 MiB (16,384,000 bytes)']);
    expect((await at.run(['fold'], {}, picture)).stdout).toContain('main;malloc 1000\n');
  });

  test('--minwidth takes pixels or a share', async () => {
    expect(tooltips(await svg('--minwidth=30%'))).toHaveLength(4);
    expect(tooltips(await svg('--minwidth=20%'))).toHaveLength(5);
    expect(tooltips(await svg('--minwidth=300'))).toHaveLength(4);
  });

  test('--notes is to be read, and --inverted is an icicle graph', async () => {
    const document = svgDocument(await svg('--notes=build <7>', '--inverted'));
    expect(textsOf(document, '.note')).toEqual(['note: build <7>']);
    expect(textsOf(document, '.title')).toEqual(['Icicle Graph']);
  });

  test('--bgcolors is the background', async () => {
    expect(await svg('--bgcolors=#FFEEDD')).toContain('fill="#FFEEDD"');
    expect(await svg('--bgcolors', 'blue')).toContain(
      '<svg xmlns="http://www.w3.org/2000/svg" class="memstacks plain"',
    );
  });

  test('--hash changes nothing: colours are by name', async () => {
    expect(await svg('--hash')).toBe(await svg());
  });

  test('--cp keeps colours from one picture to the next', async () => {
    const fills = (picture: string) =>
      [...svgDocument(picture).querySelectorAll('.f rect')].map((rect) =>
        rect.getAttribute('fill'),
      );
    writeFileSync(at.path('palette.map'), 'work->rgb(1,2,3)\na->b->rgb(0, 255, 0)\n');
    const first = fills(await svg('--cp', '--colors=hot'));
    expect(first[3]).toBe('#010203');
    expect(at.read('palette.map')).toMatch(
      /^a->b->rgb\(0,255,0\)\nmain->rgb\(\d+,\d+,\d+\)\nmalloc->rgb\(.*\)\nwork->rgb\(1,2,3\)\n$/,
    );
    expect(fills(await svg('--cp', '--colors=blue'))).toEqual(first);
    expect(at.files).toEqual(['palette.map']);
  });

  test('--cp of a picture with colours of its own is ignored, and keeps none', async () => {
    const { stderr } = await at.run(['render', '--cp'], {}, 'main;work 1 2\n');
    expect(stderr).toContain('--cp: ignored, colours');
    expect(at.files).toEqual([]);
  });

  test('a palette file that cannot be understood is not written over', async () => {
    writeFileSync(at.path('palette.map'), 'work->rgb(1,2,3)\nnonsense\n');
    const { code, stderr } = await at.run(['render', '--cp'], {}, stacks);
    expect(stderr).toBe('memstacks: palette.map:2: expected NAME->rgb(RED,GREEN,BLUE)\n');
    expect(code).toBe(1);
    expect(at.read('palette.map')).toContain('nonsense');
  });

  test('--fontwidth is not needed, and is said to be ignored', async () => {
    const { code, stdout, stderr } = await at.run(['render', '--fontwidth', '0.6'], {}, stacks);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: '--fontwidth: ignored, the widths of letters are known\n',
    });
    expect(stdout).toBe(await svg());
  });

  test.each(['--random', '--negate', '--flamechart', '--nameattr=x', '--encoding=utf-8'])(
    '%s is refused with a reason',
    async (option) => {
      const { code, stderr } = await at.run(['render', option], {}, stacks);
      expect(stderr).toMatch(/^memstacks: --[a-z]+ is not supported: [^\n]+\n$/);
      expect(code).toBe(2);
    },
  );

  test.each([
    '--bgcolors=mauve',
    '--bgcolors=#fff',
    '--factor=0',
    '--factor=x',
    '--total=0',
    '--minwidth=x%',
    '--colors=nice',
    '--max-size=x',
  ])('%s is a mistake', async (option) => {
    const { code, stdout, stderr } = await at.run(['render', option], {}, stacks);
    expect(stderr).toMatch(/^memstacks: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('options that a kind of file has no use for', () => {
  const all = '--width=900 --height=20 --minwidth=1 --fonttype=Arial --fontsize=11 --nametype=F:'
    .concat(' --total=9000 --factor=2 --bgcolors=blue --max-size=1M')
    .split(' ');

  test('are said to be ignored, for each file by itself', async () => {
    const files = ['-o', 'x.svg', '-o', 'x.html', '-o', 'x.png'];
    const { code, stderr } = await at.run(['render', ...all, ...files], {}, stacks);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: [
        'x.html: --width, --height, --minwidth, --fonttype, --fontsize, --nametype, --total, --factor, --bgcolors, --max-size: ignored, a page fits itself to its window, and holds all stacks and their own numbers\n',
        'x.png: --nametype, --max-size: ignored, a PNG has neither details nor data\n',
      ].join(''),
    });
  });

  test.each([['render'], ['diff', 'x.folded', 'x.folded']])(
    '--no-embed of a page is refused by %s',
    async (...command) => {
      writeFileSync(at.path('x.folded'), stacks);
      const { code, stderr } = await at.run(
        [...command, '--no-embed', '-o', 'x.html.gz'],
        {},
        stacks,
      );
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: 'memstacks: -o x.html.gz: a page always holds its data: --no-embed is for .svg\n',
      });
      expect(at.files).toEqual(['x.folded']);
    },
  );
});
