import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { ProfileBuilder } from '../../src/profile/builder.ts';
import { svgDocument } from '../documents.ts';
import { meta, picture, textsOf, tooltips } from './pictures.ts';
import { profileOf, someStacks, svgOf } from './profiles.ts';

// Hundreds of pictures are parsed; a busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

describe('renderSvg()', () => {
  test('draws a small picture', async () => {
    const profile = profileOf(
      [
        ['main;parse', 1_500_000],
        ['main;cache_put;malloc', 7_000_000],
        ['main;[libssl.so.3];malloc', 900_000],
        ['main;a', 3_000],
        ['main;b', 3_500],
        ['main;parse;tiny', 20],
      ],
      meta,
    );
    await expect(picture(svgOf(profile))).toMatchFileSnapshot('small.golden.svg');
  });

  test('says the same amount above the frames and in the root', () => {
    for (const bytes of [812, 5_190_451, 10_433_331, 2 ** 40]) {
      const svg = svgOf(profileOf([['main', bytes]]));
      const root = textsOf(svgDocument(svg), '.f > text')[0]!.replace('all ', '');
      expect(textsOf(svgDocument(svg), '.total')[0]).toMatch(new RegExp(`^total: ${root}( \\(|$)`));
    }
  });

  test('has tooltips as flamegraph.pl has them', () => {
    expect(
      tooltips(
        svgOf(
          profileOf([
            ['main;put', 32_768_000],
            ['main', 232_773_000],
          ]),
        ),
      ),
    ).toEqual([
      'all (265,541,000 bytes, 100%)',
      'main (265,541,000 bytes, 100.00%)',
      'put (32,768,000 bytes, 12.34%)',
    ]);
  });

  test('says on a second line of the tooltip what is known of a frame', () => {
    const svg = svgOf(
      profileOf([
        [[{ name: 'a', file: 'src/a<b>.c', line: 12, inlined: true }], 1],
        [[{ name: 'b', file: 'x\ny.c' }], 1],
        [[{ name: 'c\n', kernel: true, jit: true }], 1],
        [[{ name: 'd', line: 3 }], 1],
      ]),
    );
    expect(tooltips(svg).slice(1)).toEqual([
      'a (1 bytes, 25.00%)\nsrc/a<b>.c:12 (inlined)',
      'b (1 bytes, 25.00%)\nx[U+000A]y.c',
      'c[U+000A] (1 bytes, 25.00%)\n(kernel) (JIT)',
      'd (1 bytes, 25.00%)',
    ]);
    expect(textsOf(svgDocument(svg), '.f > text')).toContain('a 1 byte');
  });

  test('says how good the stacks are, and what would help', () => {
    const weight = { bytes: 10, calls: 1 };
    const stacks = {
      unwind: 'auto',
      maxFrames: 127,
      total: { bytes: 100, calls: 10 },
      complete: { bytes: 90, calls: 9 },
      framePointers: { bytes: 0, calls: 0 },
      stops: [{ reason: 'no_unwind_info', module: 'a<b>\u202e', weight }],
      nameless: [],
    } as const;
    expect(textsOf(svgDocument(svgOf(profileOf([['a', 1]], { stacks }))), '.note')).toEqual([
      'stacks: 90.0% complete',
      'stacks: 10.0% stop in a<b>[U+202E], which has no unwind information: install its debug package, or pass --debug-dir',
    ]);
  });

  test('shortens template arguments, then parameters, before it cuts a label', () => {
    const name = 'std::vector<Row, std::allocator<Row> >::push_back(Row const&)';
    const label = (width: number): string =>
      textsOf(svgDocument(svgOf(profileOf([[[name], 9]]), { width })), '.f > text')[1]!;
    expect(label(600)).toBe(`${name} 9 bytes`);
    expect(label(400)).toBe('std::vector<…>::push_back(Row const&) 9 bytes');
    expect(label(250)).toBe('std::vector<…>::push_back');
    expect(label(150)).toBe('std::vector<…>::..');
    expect(svgOf(profileOf([[[name], 9]]), { width: 150 })).toContain(
      'push_back(Row const&amp;) (9',
    );
  });

  test('draws one frame for one frame, whatever sorts between its stacks', () => {
    const svg = svgOf(
      profileOf([
        ['a;b', 1],
        ['a;b.x', 2],
        ['a;b;c', 3],
      ]),
    );
    expect(tooltips(svg).filter((text) => text.startsWith('b '))).toEqual(['b (4 bytes, 66.67%)']);
  });

  test('says what it is, how much, and what is missing', () => {
    const document = svgDocument(svgOf(profileOf([['a', 37_580_963]], meta)));
    expect(textsOf(document, 'svg > text')).toEqual([
      'Memory not freed',
      'allocated while tracing and not freed when it ended · server (pid 1234) on web1 · 2026-11-21 06:14:00 UTC · for 5.0 s · memstacks 0.1.0, Linux 6.1.0-18-amd64',
      'only: size >= 64 bytes',
      'note: counts requests, also those that failed',
      'left out: 10 calls, 160 bytes (size)',
      'lost: 12 calls, 4.0 KiB (live table full)',
      'total: 35.8 MiB (37,580,963 bytes)',
    ]);
  });

  test('says only what is known', () => {
    const texts = textsOf(svgDocument(svgOf(profileOf([['a', 812]], {}, 'count'))), 'svg > text');
    expect(texts).toEqual(['Flame Graph', 'total: 812 calls']);
  });

  test('names the calls that belong to the bytes', () => {
    const builder = new ProfileBuilder([
      { name: 'alloc_space', unit: 'bytes' },
      { name: 'alloc_objects', unit: 'count' },
    ]);
    const node = builder.child(0, builder.frame({ name: 'malloc' }));
    builder.add(node, 0, 4096);
    builder.add(node, 1, 2);
    const profile = builder.build({ view: 'all' });
    expect(svgOf(profile)).toContain('>total: 4.00 KiB (4,096 bytes) in 2 calls<');
    expect(svgOf(profile, { column: 'alloc_objects' })).toContain('>malloc (2 calls, 100.00%)<');
    expect(() => svgOf(profile, { column: 'nonsense' })).toThrow(RangeError);
  });

  test('counts many targets that it does not name', () => {
    const targets = Array.from({ length: 9 }, (_, i) => `worker (pid ${i})`);
    expect(svgOf(profileOf([['a', 1]], { targets }))).toContain('worker (pid 4) and 4 more');
  });

  test('says how many frames are not drawn', () => {
    const svg = svgOf(
      profileOf([
        ['a', 10_000_000],
        ['b', 400],
        ['c', 100],
      ]),
    );
    expect(svg).toContain(
      '2 frames narrower than 0.5 px, and what they call, not drawn: &lt;0.01 MiB (500 bytes)',
    );
    expect(picture(svg)).not.toContain('smaller frames');
  });

  test('gathers narrow frames and says how many', () => {
    const stacks = Array.from({ length: 37 }, (_, i) => [`f${i}`, 500] as const);
    const svg = svgOf(profileOf([['wide', 10_000_000], ...stacks]));
    expect(tooltips(svg)).toContain('(37 smaller frames) (18,500 bytes, 0.18%)');
  });

  test('takes the words, sizes and colours that it is given', () => {
    const svg = svgOf(profileOf([['a', 5]], meta, 'count'), {
      title: 'T <&> "t"',
      subtitle: 'S',
      countName: 'objects',
      nameType: 'Method:"',
      width: 600,
      frameHeight: 20,
      fontFamily: '"x',
      fontSize: 10,
      colors: 'red',
    });
    const document = svgDocument(svg);
    const root = document.documentElement;
    expect(textsOf(document, 'svg > text').slice(0, 2)).toEqual(['T <&> "t"', 'S']);
    expect(textsOf(document, '.f > title')).toContain('a (5 objects, 100.00%)');
    expect(root.getAttribute('width')).toBe('600');
    expect(root.getAttribute('font-family')).toBe('"x');
    const look = JSON.parse(root.querySelector('.frames')!.getAttribute('data-look')!);
    expect(look).toMatchObject({ nameType: 'Method:"', countName: 'objects', frameHeight: 20 });
    expect(root.querySelector('.f rect')!.getAttribute('height')).toBe('19');
    expect(svg).toContain('lost: 12 calls');
  });

  test('puts the root below, or on top when inverted', () => {
    const ys = (inverted: boolean): number[] =>
      [
        ...svgDocument(svgOf(profileOf([['a;b', 1]]), { inverted })).querySelectorAll('.f rect'),
      ].map((rect) => Number(rect.getAttribute('y')));
    const [root, a, b] = ys(false);
    expect([a! - root!, b! - a!]).toEqual([-16, -16]);
    expect(ys(true)).toEqual([b, a, root]);
  });

  test('shows an empty profile as one', () => {
    const document = svgDocument(svgOf(profileOf([])));
    expect(textsOf(document, '.f > title')).toEqual(['all (0 bytes, 100%)']);
    expect(document.querySelector('.f rect')!.getAttribute('width')).toBe('1179.5');
    expect(textsOf(document, '.warning')).toEqual(['nothing was recorded']);
  });

  test.each([
    { width: 50 },
    { width: Number.NaN },
    { frameHeight: 0 },
    { fontSize: -1 },
    { minWidth: -1 },
  ])('refuses %j', (options) => {
    expect(() => svgOf(profileOf([['a', 1]]), options)).toThrow(UserError);
  });

  test('draws a stack of 100,000 frames', () => {
    const deep = profileOf([[Array.from({ length: 100_000 }, (_, i) => `f${i}`), 7]]);
    expect(svgOf(deep, { maxSize: 0 }).match(/<g class="f/g)).toHaveLength(100_001 + 1);
  });

  test('draws the same for the same profile, whatever the order of its stacks', () => {
    fc.assert(
      fc.property(someStacks, (stacks) => {
        const drawn = (order: typeof stacks) => svgOf(profileOf(order), { embed: false });
        expect(drawn([...stacks].reverse())).toBe(drawn(stacks));
      }),
      { numRuns: 50 },
    );
  });
});
