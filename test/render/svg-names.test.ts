import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { widthOf } from '../../src/render/labels.ts';
import { visible } from '../../src/render/xml.ts';
import { svgDocument } from '../documents.ts';
import { meta, textsOf, tooltips } from './pictures.ts';
import { profileOf, someStacks, svgOf } from './profiles.ts';

// Hundreds of pictures are parsed; a busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

describe('names', () => {
  const hostile = [
    ']]>',
    '</title></g></svg><script>alert(1)</script>',
    '</script><!--',
    '<![CDATA[',
    '&amp; &#0; &x;',
    '" onload="alert(1)',
    'bell\u0007 null\0 escape\x1b[31m newline\n tab\t del\x7f c1\x9f',
    'half \ud83d, other half \ude00, whole 😀',
    'bidi \u202egnp.exe\u2066\u200f',
    '\ufffe\uffff\ufeff\u2028',
    '__proto__',
    '<img src=x onerror=alert(1)>',
    'javascript:alert(1)',
    'https://example.com/?a=1&b="2"',
    '12345',
    '-->',
    '</metadata><metadata class="memstacks-profile">',
    'x'.repeat(1_000_000),
    'foo (1 bytes, 2.00%)',
  ];

  test.each(hostile.map((name) => [name.slice(0, 60), name]))('%j is text', (_, name) => {
    const svg = svgOf(profileOf([[[name], 3]], { host: name, targets: [name], notes: [name] }), {
      title: name,
      countName: name,
      nameType: name,
      fontFamily: name,
      maxSize: 0,
    });
    const document = svgDocument(svg);
    expect(document.querySelectorAll('parsererror')).toHaveLength(0);
    expect(document.querySelectorAll('script')).toHaveLength(1);
    expect(document.querySelectorAll('metadata')).toHaveLength(1);
    expect(document.querySelectorAll('img, a, image, iframe')).toHaveLength(0);
    expect(document.querySelectorAll('.f')).toHaveLength(2);
    expect(textsOf(document, '.f > title')[1]).toBe(
      `${visible(name)} (3 ${visible(name)}, 100.00%)`,
    );
  });

  test('what XML forbids and what turns text around is written out', () => {
    expect(visible('a\u0007b\u202ec\ud800d\ne')).toBe('a[U+0007]b[U+202E]c[U+D800]d[U+000A]e');
    expect(visible('漢字 😀 é\u200d')).toBe('漢字 😀 é\u200d');
  });

  test('what is not well-formed is told', () => {
    for (const text of [
      '<svg><g></svg>',
      '<svg>&nbsp;</svg>',
      '<svg>]]></svg>',
      '<svg>\u0001</svg>',
    ])
      expect(() => svgDocument(text)).toThrow();
  });

  test('any name makes a well-formed picture', () => {
    const anyUnits = fc
      .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 20 })
      .map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(fc.oneof(anyUnits, fc.string({ unit: 'binary' })), (name) => {
        const [, title] = tooltips(svgOf(profileOf([[[name], 3]])));
        expect(title).toBe(`${visible(name)} (3 bytes, 100.00%)`);
      }),
    );
  });
});

describe('every picture', () => {
  test('has rectangles side by side inside of it, and labels inside of their rectangles', () => {
    fc.assert(
      fc.property(someStacks, fc.integer({ min: 100, max: 1500 }), (stacks, width) => {
        const document = svgDocument(svgOf(profileOf(stacks), { width }));
        const ends = new Map<string, number>();
        for (const group of document.querySelectorAll('.f')) {
          const rect = group.querySelector('rect')!;
          const number = (name: string): number => Number(rect.getAttribute(name));
          const row = rect.getAttribute('y')!;
          expect(number('x')).toBeGreaterThanOrEqual(ends.get(row) ?? 10);
          const end = number('x') + number('width');
          expect(end).toBeLessThanOrEqual(width - 10 + 1e-6);
          ends.set(row, end - 1e-6);
          const label = group.querySelector('text');
          if (label === null) continue;
          const room = end - Number(label.getAttribute('x'));
          const labelWidth = widthOf(label.textContent!, { family: 'Verdana', size: 12 });
          expect(labelWidth).toBeLessThanOrEqual(room);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('has nothing from elsewhere, and one script that names no picture', () => {
    const one = svgOf(profileOf([['a', 1]]));
    expect(one.replaceAll('http://www.w3.org/', '')).not.toMatch(
      /https?:|href|foreignObject|@import|url\(/,
    );
    const script = (svg: string): string => /<script>.*<\/script>/s.exec(svg)![0];
    expect(script(svgOf(profileOf([['b', 2]], meta), { title: 'other' }))).toBe(script(one));
  });
});
