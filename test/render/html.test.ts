import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { readCollapsed } from '../../src/collapsed/reader.ts';
import { diff } from '../../src/fold/diff.ts';
import { totals } from '../../src/profile.ts';
import { pagePolicy, renderHtml } from '../../src/render/html.ts';
import { initialState } from '../../src/render/page/html/state.ts';
import { visible } from '../../src/render/xml.ts';
import { htmlDocument } from '../documents.ts';
import { plain } from '../fold/comparisons.ts';
import { runOf } from './diff-pictures.ts';
import { dataIn, heapView, htmlOf } from './pages.ts';
import { meta, textsOf } from './pictures.ts';
import { profileOf, someStacks } from './profiles.ts';

vi.setConfig({ testTimeout: 30_000 });

const unfreed = heapView('unfreed', [['main;put;malloc@libc.so.6', 4096]]);
const all = heapView('all', [
  ['main;put;malloc@libc.so.6', 9000],
  ['main;get', 100],
]);

describe('renderHtml()', () => {
  test('says of each view what it is, and shows the first', () => {
    const document = htmlDocument(htmlOf([unfreed, all]));
    const sections = [...document.querySelectorAll<HTMLElement>('[data-view]')];
    expect(sections.map(({ hidden }) => hidden)).toEqual([false, true]);
    expect(textsOf(document, 'h1')).toEqual(['Memory not freed', 'All allocations']);
    expect(document.title).toBe('Memory not freed');
    expect(textsOf(document, '.total')).toEqual([
      'total: 4.0 KiB (4,096 bytes) in 41 calls',
      'total: 8.9 KiB (9,100 bytes) in 91 calls',
    ]);
    expect(textsOf(document, '.what')[0]).toBe(
      'allocated while tracing and not freed when it ended \u00b7 server (pid 1234) on web1 \u00b7 ' +
        '2026-11-21 06:14:00 UTC \u00b7 for 5.0 s \u00b7 memstacks 0.1.0, Linux 6.1.0-18-amd64',
    );
    expect(textsOf(document, '.warning')[0]).toMatch(/^lost: 12 calls, 4.0 KiB/);
    expect(textsOf(document, '.note')).toContain('only: size >= 64 bytes');
    expect(textsOf(document, 'noscript')).toHaveLength(1);
  });

  test('holds every text once, and the columns of all views for every node', () => {
    const data = dataIn(htmlOf([unfreed, all]));
    expect(data.functions.name).toEqual(['get', 'main', 'malloc', 'put']);
    expect(data.modules).toEqual(['libc.so.6']);
    expect(data.functions.module).toEqual([-1, -1, 0, -1]);
    expect(data.nodes).toEqual({
      depth: Int32Array.from([0, 1, 2, 2, 3]),
      frame: Int32Array.from([-1, 1, 0, 3, 2]),
    });
    expect(data.views.map(({ name }) => name)).toEqual(['unfreed', 'all']);
    expect(data.views.map(({ self }) => self.map((weights) => [...weights]))).toEqual([
      [
        [0, 0, 0, 0, 4096],
        [0, 0, 0, 0, 41],
      ],
      [
        [0, 0, 100, 0, 9000],
        [0, 0, 1, 0, 90],
      ],
    ]);
  });

  test('keeps files, lines and kinds, and functions apart by module', () => {
    const data = dataIn(
      htmlOf(
        profileOf([
          [[{ name: 'f', module: 'b', file: 'f.c', line: 3, inlined: true }], 1],
          [[{ name: 'f', module: 'a', file: 'f.c', line: 9 }], 1],
          [[{ name: 'f', module: 'a', file: 'f.c', line: 2 }], 1],
        ]),
      ),
    );
    expect(data.functions).toMatchObject({ name: ['f', 'f'], module: [0, 1] });
    expect(data.modules).toEqual(['a', 'b']);
    expect(data.files).toEqual(['f.c']);
    expect(data.frames).toEqual({
      function: [0, 0, 1],
      file: [0, 0, 0],
      line: [2, 9, 3],
      kinds: ['', '', 'inlined'],
    });
  });

  test('loses no weight and no stack', () => {
    fc.assert(
      fc.property(someStacks, (stacks) => {
        const profile = profileOf(stacks);
        const { nodes, views } = dataIn(htmlOf(profile));
        const [self] = views[0]!.self;
        expect(nodes.depth).toHaveLength(profile.parent.length);
        expect(self!.reduce((sum, value) => sum + value, 0)).toBe(
          totals(profile, profile.columns[0]!)[0],
        );
      }),
      { numRuns: 50 },
    );
  });

  test('shows the same for the same stacks in any order', () => {
    const stacks = [
      ['a;b', 1],
      ['a', 2],
      ['a;b.x', 3],
    ] as const;
    const [one, other] = [profileOf(stacks), profileOf([...stacks].reverse())].map((profile) =>
      dataIn(htmlOf(profile)),
    );
    expect(other).toEqual(one);
    expect(htmlOf(profileOf(stacks))).toBe(htmlOf(profileOf(stacks)));
  });

  test('takes titles and names what is counted', () => {
    const profile = profileOf([['a', 3]], {}, 'count');
    const html = htmlOf(profile, {
      title: 'My <title>',
      subtitle: 'below',
      countName: 'samples',
      colors: 'hot',
      inverted: true,
    });
    const document = htmlDocument(html);
    expect(textsOf(document, 'h1, .what, .total')).toEqual([
      'My <title>',
      'below',
      'total: 3 samples',
    ]);
    expect(dataIn(html).look).toMatchObject({ colors: 'hot', inverted: true, reverse: false });
    expect(dataIn(html).views[0]!.columns[0]!.countName).toBe('samples');
  });

  test('takes a remark, colours of other pictures, and the leaf for the root', () => {
    const profile = profileOf([['a;b', 3]]);
    const html = htmlOf(profile, {
      notes: 'after <fix>',
      palette: { b: '#123456' },
      reverse: true,
    });
    expect(textsOf(htmlDocument(html), 'header .note')).toEqual(['note: after <fix>']);
    expect(dataIn(html).functions.colour).toEqual([undefined, '#123456']);
    expect(dataIn(html).look.reverse).toBe(true);
  });

  test('takes colours of names that turn text around, or are half a character', () => {
    const names = ['\u202eb', '\ud800', '__proto__', '"</svg>'];
    const palette = Object.fromEntries(names.map((name) => [name, '#123456']));
    const profile = profileOf(names.map((name) => [[name], 1] as const));
    expect(dataIn(htmlOf(profile, { palette })).functions.colour).toEqual(Array(4).fill('#123456'));
  });

  test('has the sides of a differential, and what has room for both', async () => {
    const { profile } = await readCollapsed(Readable.from([Buffer.from('a;b 1 2\na 30 4\n')]), {
      unit: 'bytes',
      column: 'bytes',
    });
    const html = htmlOf(profile, { widths: 'after' });
    const [view] = dataIn(html).views;
    expect(view!.columns.map(({ title, countName }) => [title, countName])).toEqual([
      ['max', 'bytes'],
      ['after', 'bytes'],
      ['before', 'bytes'],
    ]);
    expect(view!.self.map((weights) => [...weights])).toEqual([
      [0, 30, 2],
      [0, 4, 2],
      [0, 30, 1],
    ]);
    expect(initialState(dataIn(html)).column).toBe(1);
    expect(textsOf(htmlDocument(html), 'h1, .total')).toEqual([
      'Differential flame graph',
      'total: 31 bytes before, 6 bytes after: -25 bytes, -80.6%',
    ]);
  });

  test('says what a differential compares, how, and what was lost on either side', () => {
    const runs = {
      before: [runOf('old <1>', [['a', 100]], meta)],
      after: [runOf('new', [['a', 50]], { ...meta, host: 'web2' })],
    };
    const options = {
      normalize: 'before',
      threshold: { amount: 64 },
      matching: plain.matching,
    } as const;
    const document = htmlDocument(htmlOf(diff(runs, options), { subtitle: 'nightly', notes: 'x' }));
    expect(document.title).toBe('Memory not freed: what changed');
    expect(textsOf(document, '.what')).toEqual(['nightly']);
    const notes = textsOf(document, 'header .note').join('\n');
    expect(notes).toMatch(
      /^note: x\nbefore: old <1>, 100 bytes times 1: server \(pid 1234\) on web1/,
    );
    expect(notes).toMatch(/^after: new, 50 bytes times 2: server \(pid 1234\) on web2/m);
    expect(notes).toContain('normalised: every run is scaled to the total before');
    expect(notes).toContain('noise: changes below 64 bytes');
    expect(textsOf(document, '.warning')[0]).toMatch(/^before: old <1>: lost: 12 calls/);
  });

  test('says that nothing was recorded', () => {
    expect(textsOf(htmlDocument(htmlOf(heapView('unfreed', []))), '.total')).toEqual([
      'nothing was recorded',
    ]);
  });

  test('comes in chunks', () => {
    const many = Array.from({ length: 60_000 }, (_, i) => [`f${(i * 7919) % 60_000}`, i] as const);
    const chunks = [...renderHtml([profileOf(many)])];
    expect(chunks.length).toBeGreaterThan(4);
  });
});

describe('the policy', () => {
  const html = htmlOf(unfreed);
  const policy = htmlDocument(html).querySelector('meta[http-equiv]')!.getAttribute('content')!;

  test('allows the script and the style that are there, and nothing else', () => {
    const [, script] = /<script>(.*)<\/script>\n<\/body>/s.exec(html)!;
    const [, style] = /<style>(.*?)<\/style>/s.exec(html)!;
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(script!)}`,
      `style-src ${hash(style!)}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
  });

  test('is the same for every page', () => {
    expect(policy).toBe(pagePolicy());
    expect(htmlOf(all, { title: 'x' })).toContain(`content="${pagePolicy()}"`);
  });

  test('comes before all that it governs, and nothing is from elsewhere', () => {
    expect(html.indexOf('http-equiv')).toBeLessThan(html.search(/<(style|script)\b/));
    const markup = html.replace(/<script>.*<\/script>/s, '').replace(/<pre>.*<\/pre>/s, '');
    expect(markup).not.toMatch(/https?:|\b(src|href|on\w+|style)=|@import|url\(/);
  });
});

describe('the licences', () => {
  const text = htmlDocument(htmlOf(unfreed)).querySelector('#help pre')!.textContent!;

  test('of all that is in the script are kept', () => {
    expect(text).toMatch(/^d3-array \d.*d3-hierarchy \d.*d3-selection \d/m);
    expect(text).toContain('Copyright 2010-2026 Mike Bostock');
    expect(text).toMatch(/^d3-flame-graph 5\.0\.0$/m);
    expect(text).toContain('Apache License');
    expect(text).toContain('END OF TERMS AND CONDITIONS');
  });
});

describe('hostile names', () => {
  const hostile = [
    '</script><script>alert(1)</script>',
    '<!-- <script>',
    '<img src=x onerror=alert(1)>',
    ']]>',
    '"><svg onload=alert(1)>',
    '\' onfocus="alert(1)" autofocus',
    '&lt;b&gt; &#0;',
    'bell\u0007 null\0 escape\x1b[31m newline\n',
    'half \ud83d, other half \ude00',
    'bidi \u202egnp.exe\u2066\u200f \u2028 \u2029',
    '__proto__',
    'constructor',
    '12345',
    'javascript:alert(1)',
    'x'.repeat(1_000_000),
  ];

  test.each(hostile)('%.40j is text', (name) => {
    const profile = profileOf([[[{ name, module: name, file: name, line: 1 }], 3]], {
      ...meta,
      host: name,
      targets: [name],
      notes: [name],
    });
    const html = htmlOf(profile, { title: name, countName: name });
    const plain = htmlOf(profileOf([['a', 3]], { ...meta, notes: ['x'] }));
    const tags = (text: string) =>
      [...htmlDocument(text).querySelectorAll('*')].map((e) => e.tagName);
    expect(tags(html)).toEqual(tags(plain));
    expect(html.slice(0, html.lastIndexOf('<script>'))).not.toMatch(
      /[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2028\u2029\u2066-\u2069\p{Cs}]/u,
    );
    expect(textsOf(htmlDocument(html), 'h1')).toEqual([visible(name)]);
    const data = dataIn(html);
    expect(data.functions.name).toEqual([visible(name)]);
    expect(data.modules).toEqual([visible(name)]);
    expect(data.files).toEqual([visible(name)]);
  });
});
