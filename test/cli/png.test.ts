import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pngOf } from '../../src/cli/png.ts';
import { UserError } from '../../src/errors.ts';
import { meta } from '../render/pictures.ts';
import { profileOf, svgOf } from '../render/profiles.ts';
import { serverCapture, Workplace } from './program.ts';

const signature = '89504e470d0a1a0a';

/** Width and height, from the first chunk: https://www.w3.org/TR/png/#11IHDR */
function sizeOf(png: Uint8Array): [number, number] {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8).toString('hex')).toBe(signature);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

const svg = svgOf(profileOf([['main;work', 4_000_000]], meta));

test('render writes a PNG as large as the SVG', async () => {
  const at = new Workplace();
  const { code } = await at.run(['render', serverCapture, '-o', 'x.png', '-o', 'x.svg']);
  expect(code).toBe(0);
  const [width, height] = sizeOf(readFileSync(at.path('x.png')));
  expect(at.read('x.svg')).toContain(`width="${width}" height="${height}"`);
});

test('a trace writes one too', async () => {
  const at = new Workplace();
  await at.run(['-p', '1234', '-o', 'x.png']);
  expect(sizeOf(readFileSync(at.path('x.png')))[0]).toBe(1200);
});

test('text is drawn, without any font of the machine', () => {
  const whole = pngOf([svg], false);
  for (const text of [/<text class="title".*?<\/text>/, />main <tspan>.*?<\/tspan></]) {
    expect(svg).toMatch(text);
    const without = pngOf([svg.replace(text, text.source.startsWith('>') ? '><' : '')], false);
    expect(whole.length - without.length).toBeGreaterThan(100);
  }
});

test('is the same every time', () => {
  expect(Buffer.compare(pngOf([svg], false), pngOf([svg], false))).toBe(0);
});

test('a picture of too many pixels is refused', () => {
  const tall = svg.replace(/height="\d+"/, 'height="9999999"');
  expect(() => pngOf([tall], false)).toThrow(UserError);
});
