import { expect } from 'vitest';

/** Red, green and blue of `#rrggbb`, 0 to 255. */
export function channels(colour: string): number[] {
  expect(colour).toMatch(/^#[0-9a-f]{6}$/);
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** Against black, as WCAG 2.2 defines contrast and relative luminance. */
export function contrast(colour: string): number {
  return contrastOf(channels(colour), [0, 0, 0]);
}

/** Of two colours in red, green and blue, 0 to 255. */
export function contrastOf(one: readonly number[], other: readonly number[]): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(channels: readonly number[]): number {
  const [red, green, blue] = channels.map(linear);
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

/** As somebody without green cones sees it: Machado, Oliveira and Fernandes 2009, severity 1. */
export function deuteranopia(colour: string): string {
  const [red, green, blue] = channels(colour);
  const mixed = [
    0.367322 * red! + 0.860646 * green! - 0.227968 * blue!,
    0.280085 * red! + 0.672501 * green! + 0.047413 * blue!,
    -0.01182 * red! + 0.04294 * green! + 0.968881 * blue!,
  ];
  const bytes = mixed.map((value) => Math.round(Math.max(0, Math.min(255, value))));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** How far two colours are apart, CIE 1976 in L*a*b* with D65; 2 can just be told apart. */
export function difference(one: string, other: string): number {
  const [a, b] = [lab(one), lab(other)];
  return Math.hypot(...a.map((value, index) => value - b[index]!));
}

function linear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function lab(colour: string): number[] {
  const [red, green, blue] = channels(colour).map(linear);
  const curve = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = curve((0.4124 * red! + 0.3576 * green! + 0.1805 * blue!) / 0.9505);
  const y = curve(0.2126 * red! + 0.7152 * green! + 0.0722 * blue!);
  const z = curve((0.0193 * red! + 0.1192 * green! + 0.9505 * blue!) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
