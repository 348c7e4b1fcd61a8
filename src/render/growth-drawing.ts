import type { Metadata } from '../profile/metadata.ts';
import type { Profile } from '../profile.ts';
import { type Drawing, framesEnd } from './document.ts';
import { growthFace } from './growth-face.ts';
import { growthSwatches } from './growth-swatches.ts';
import { legend, patternDefinitions } from './swatch.ts';
import { footerLines } from './text.ts';

/** The drawing of a flame graph in colours that say how steadily each frame grew, with a legend of them. */
export function growthDrawing(profile: Profile, drawing: Drawing): Drawing {
  const { picture, lines } = drawing;
  const top = Math.max(framesEnd(picture), lines.at(-1)!.y) + 4;
  const swatches = legend(growthSwatches, { ...picture, top });
  return {
    ...drawing,
    kind: 'growth',
    picture: { ...picture, face: growthFace(profile, picture.face, drawing.look.flame!.factor) },
    lines: [
      ...lines,
      ...footerLines([growthCaption(profile.meta)], picture, top + swatches.height),
    ],
    extras: patternDefinitions(growthSwatches) + swatches.svg,
  };
}

/** What the colours of a picture of growth mean. */
export function growthCaption(meta: Metadata): string {
  const { snapshots, durationMs = 0 } = meta;
  const seconds = (durationMs / 1000).toFixed(1);
  return `colours: how what is ${shownInWords(meta)} went on, noted ${snapshots!.length} times in ${seconds} s; the rate of what grows steadily is the median of all intervals, other rates are the mean of the later half`;
}

function shownInWords({ view }: Metadata): string {
  if (view === 'mapped') return 'mapped';
  return view === 'unfreed_and_mapped' ? 'unfreed or mapped' : 'unfreed';
}
