import { darkInks } from './style.ts';

/** Light text can be read better than black on `#rrggbb`: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function isDark(colour: string): boolean {
  const [black, paper, light] = ['#000000', colour, darkInks.text].map(
    (each) => luminanceOf(each) + 0.05,
  );
  return light! / paper! > paper! / black!;
}

/** 0 to 1: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminanceOf(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
