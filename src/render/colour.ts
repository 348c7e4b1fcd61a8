import type { Frame } from '../frame.ts';

/** Ranges that a name's hash picks from: hue in degrees, saturation and lightness in percent. */
interface Palette {
  readonly hue: readonly [number, number];
  readonly saturation: readonly [number, number];
  readonly lightness: readonly [number, number];
}

// Every colour here carries black text at a contrast of 4.5 or more; a test holds them to it.
const palettes = {
  mem: { hue: [82, 202], saturation: [42, 62], lightness: [56, 78] },
  hot: { hue: [2, 54], saturation: [72, 92], lightness: [60, 72] },
  io: { hue: [192, 252], saturation: [50, 78], lightness: [67, 80] },
  red: { hue: [350, 368], saturation: [62, 88], lightness: [64, 80] },
  green: { hue: [96, 146], saturation: [38, 62], lightness: [54, 78] },
  blue: { hue: [204, 228], saturation: [60, 85], lightness: [66, 82] },
  aqua: { hue: [172, 192], saturation: [42, 66], lightness: [54, 76] },
  yellow: { hue: [46, 60], saturation: [66, 88], lightness: [52, 74] },
  purple: { hue: [262, 302], saturation: [45, 68], lightness: [68, 82] },
  orange: { hue: [22, 40], saturation: [75, 94], lightness: [58, 76] },
} satisfies Record<string, Palette>;

type Hue = keyof typeof palettes;

/** Schemes that tell kinds of code apart: which palette a frame is coloured from. */
const kinds: Readonly<Record<'java' | 'js' | 'perl' | 'wakeup' | 'chain', (frame: Frame) => Hue>> =
  {
    java: (frame) => {
      if (frame.kernel) return 'orange';
      if (frame.inlined) return 'aqua';
      if (frame.jit || /^L?(java|javax|jdk|net|org|com|io|sun|scala|kotlin)[./]/.test(frame.name))
        return 'green';
      return frame.name.includes('::') ? 'yellow' : 'red';
    },
    js: (frame) => {
      if (frame.kernel) return 'orange';
      if (frame.jit) return frame.name.includes('/') ? 'green' : 'aqua';
      return frame.name.includes('::') ? 'yellow' : 'red';
    },
    perl: (frame) => {
      if (frame.kernel) return 'orange';
      if (/Perl|\.pl\b/.test(frame.name)) return 'green';
      return frame.name.includes('::') ? 'yellow' : 'red';
    },
    wakeup: () => 'aqua',
    chain: (frame) => (frame.name.endsWith('_[w]') ? 'aqua' : 'blue'),
  };

const unknownCode: Palette = { hue: [200, 220], saturation: [6, 12], lightness: [68, 82] };

export type ColorScheme = Hue | keyof typeof kinds;

/** A function, so that scripts of pictures without such colours do not carry them. */
export function colorSchemes(): readonly ColorScheme[] {
  return Object.keys({ ...palettes, ...kinds }) as ColorScheme[];
}

/** Of boxes that are no function: the root, and frames gathered for want of room. */
export const neutralColour = '#d5d9de';

/** Colours that names have had in other pictures, such as from a palette file. */
export type ColourMap = Readonly<Record<string, string>>;

/** `#rrggbb` for a function: the same name always has the same colour, `[...]` is greyish. */
export function colourOf(frame: Frame, scheme: ColorScheme): string {
  const { name } = frame;
  const hash = hashOf(name);
  const palette = paletteOf(frame, scheme);
  return hex(
    within(palette.hue, hash & 0xff),
    within(palette.saturation, (hash >>> 8) & 0xff) / 100,
    within(palette.lightness, (hash >>> 16) & 0xff) / 100,
  );
}

function paletteOf(frame: Frame, scheme: ColorScheme): Palette {
  // `-` and `--` alone part what runs from what it waits for.
  if (/^(\[.*\]|--?)$/s.test(frame.name)) return unknownCode;
  return palettes[scheme in kinds ? kinds[scheme as keyof typeof kinds](frame) : (scheme as Hue)];
}

/** FNV-1a over code units, then murmur3's finish: names that differ in one letter look different. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function within(range: readonly [number, number], byte: number): number {
  const from = range[0];
  return from + ((range[1] - from) * byte) / 255;
}

/** HSL to RGB as CSS Color 4 section 7.1 has it. */
function hex(hue: number, saturation: number, lightness: number): string {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number): number => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  const [red, green, blue] = [channel(0), channel(8), channel(4)];
  return `#${(0x1000000 + (red << 16) + (green << 8) + blue).toString(16).slice(1)}`;
}
