import { writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { htmlDocument, svgDocument } from '../documents.ts';
import { both, comparedFiles } from './compared-files.ts';
import type { Workplace } from './program.ts';

let at: Workplace;
beforeEach(() => {
  at = comparedFiles();
});

describe('options of pictures', () => {
  test.each([
    [
      ['--cp', '-o', 'x.svg'],
      'x.svg: --cp: ignored, colours and amounts of a differential are those of change',
    ],
    [['--reverse', '--title=x'], '--title, --reverse: ignored, no picture is written (-o)'],
    [['--no-embed', '-f', '-o', 'x.folded'], '--no-embed: ignored, no picture is written (-o)'],
    [['--inverted', '--reverse', '--widths=after', '-o', 'x.svg'], undefined],
  ])('%j are followed, or said to be ignored', async (options, said) => {
    const { code, stderr } = await at.run(['diff', 'old.folded', 'new.folded', ...options]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: said === undefined ? '' : `${said}\n` });
  });

  test('turn a differential round, and put its root on top', async () => {
    await at.run(['diff', 'old.folded', 'new.folded', '--reverse', '--inverted', '-o', 'x.svg']);
    const document = svgDocument(at.read('x.svg'));
    const frames = [...document.querySelectorAll('.f')].map((group) => ({
      name: group.querySelector('title')!.textContent!.split(' (')[0],
      y: Number(group.querySelector('rect')!.getAttribute('y')),
    }));
    expect(frames.map(({ name }) => name)).toEqual([
      ...['all', 'a', 'main', 'b', 'main', 'c', 'main', 'd', 'main'],
    ]);
    expect(frames[0]!.y).toBeLessThan(frames[1]!.y);
    expect(frames[1]!.y).toBeLessThan(frames[2]!.y);
  });
});

describe('the picture', () => {
  const title = (svg: string) => /class="title"[^>]*>([^<]*)</.exec(svg)![1];

  test('of two files, with a look of its own', async () => {
    const look = ['--title', 'Fix <1>', '--subtitle', 'S', '--widths', 'after'];
    await at.run(['diff', 'old.folded', 'new.folded', '-o', 'x.svg', '--countname=bytes', ...look]);
    const svg = at.read('x.svg');
    expect(title(svg)).toBe('Fix &lt;1&gt;');
    expect(svg).toContain('widths: after; what vanished has none');
    expect(svg).toContain('<title>d (+7.0 KiB, new)\n');
    expect(svg).not.toContain('<title>c (');
  });

  test('as one HTML page that can be read again, in which a name stays text', async () => {
    writeFileSync(at.path('evil.folded'), 'main;</pre><img src=x onerror=alert(1)> 99\n');
    await at.run(['diff', 'old.folded', 'evil.folded', '-o', 'x.html', '-o', 'x.svg']);
    const document = htmlDocument(at.read('x.html'));
    expect(document.querySelector('h1')!.textContent).toBe('Differential flame graph');
    expect(document.querySelectorAll('img').length).toBe(0);
    expect(document.querySelectorAll('script').length).toBe(1);
    for (const command of [['fold'], ['top'], ['render']])
      expect((await at.run([...command, 'x.html'])).stdout).toBe(
        (await at.run([...command, 'x.svg'])).stdout,
      );
    expect((await at.run(['fold', 'x.html'])).stdout).toContain(
      'main;</pre><img src=x onerror=alert(1)> 0 99\n',
    );
  });

  test('of a file with two counts a line', async () => {
    const { stdout, code } = await at.run(['render', '--countname=bytes'], {}, both);
    expect({ code, title: title(stdout) }).toEqual({ code: 0, title: 'Differential flame graph' });
    expect(stdout).toContain('<title>a (+30.0 KiB, +30.0%)\n');
    expect(stdout).toContain('<title>c (-7.0 KiB, vanished)\n');
    const narrow = await at.run(['render', '--widths', 'before'], {}, both);
    expect(narrow.stdout).not.toContain('<title>d (');
  });
});
