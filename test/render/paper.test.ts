import { expect, test } from 'vitest';
import { svgDocument } from '../documents.ts';
import { channels, contrastOf } from './colours.ts';
import { grown } from './growths.ts';

import { svgOf } from './profiles.ts';

const lost = { reason: 'live_table_full', calls: 12, bytes: 4096 };
const profile = grown([['main;work', [10, 20, 30, 40]]]);

/** The fill that an attribute gives a text, its own or of what it is in. */
function inkOf(text: Element): string {
  return text.closest('[fill]')?.getAttribute('fill') ?? '#000000';
}

test.each(['#000000', '#1c1e22', '#101060', '#600000', '#fcf8d4', '#ffffff'])(
  'texts are legible on paper of %s, without style sheets too',
  (background) => {
    const svg = svgOf({ ...profile, meta: { ...profile.meta, lost: [lost] } }, { background });
    const texts = [...svgDocument(svg).querySelectorAll('svg > text, .legend text')];
    expect(new Set(texts.map((each) => each.getAttribute('class')))).toEqual(
      new Set(['title', 'note', 'warning', 'total', null]),
    );
    for (const text of texts)
      expect(
        contrastOf(channels(inkOf(text)), channels(background)),
        text.textContent!,
      ).toBeGreaterThanOrEqual(4.5);
    for (const label of svgDocument(svg).querySelectorAll('.f text'))
      expect(inkOf(label)).toBe('#000000');
  },
);
