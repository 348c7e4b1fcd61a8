import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const chromiumPath = candidates.find((path) => existsSync(path));

/** What is missing for tests in a browser. */
export const lacking =
  chromiumPath === undefined ? 'Chromium (apt-get install chromium)' : undefined;

/** Throws when there is no Chromium: with CI=true that is a failure and not a skip. */
export function launch(): Promise<Browser> {
  if (chromiumPath === undefined) {
    throw new Error(`no Chromium at ${candidates.join(' or ')}: apt-get install chromium`);
  }
  return chromium.launch({ executablePath: chromiumPath, args: quiet });
}

/** For a person to look at. */
export async function saveScreenshot(page: Page, testName: string): Promise<void> {
  const path = outputPath(`${testName.replace(/[^a-z0-9]+/gi, '-')}.png`);
  await page.screenshot({ path });
}

/** Those that were drawn at first stay in the document, out of sight. */
const seen = '.frames > g:not(.away)';
export const seenFrames = `${seen} > .f`;

/** Red, green and blue of a pixel of the window, as it is seen. */
export async function colourAt(page: Page, { x, y }: { x: number; y: number }): Promise<number[]> {
  const png = await page.screenshot({ clip: { x, y, width: 1, height: 1 } });
  const parts: Buffer[] = [];
  // After the signature: length, type, data and checksum of each part; https://www.w3.org/TR/png-3/#5Chunk-layout
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12)
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  // A row begins with how it was filtered: the first pixel of all is as it is.
  return [...inflateSync(Buffer.concat(parts)).subarray(1, 4)];
}

/** Everything but the controls, which the script adds. */
export function drawing(page: Page): Promise<string> {
  return page.locator(seen).evaluate((group) => {
    const copy = group.cloneNode(true) as Element;
    for (const each of copy.querySelectorAll('.f')) each.setAttribute('class', 'f');
    return copy.innerHTML;
  });
}

/** Name, label width and room of every label that sticks out of its frame or of the next. */
export function overflowing(page: Page): Promise<string[]> {
  return page.locator(seenFrames).evaluateAll((groups) =>
    groups.flatMap((group) => {
      const text = group.querySelector('text');
      if (text === null) return [];
      const rect = group.querySelector('rect')!.getBBox();
      const box = text.getBBox();
      const sticksOut = box.x < rect.x || box.x + box.width > rect.x + rect.width;
      return sticksOut ? [`${text.textContent} ${box.width} > ${rect.width}`] : [];
    }),
  );
}

/** For what a browser opens, and for screenshots. */
export function outputPath(name: string): string {
  const directory = fileURLToPath(new URL('../.output/', import.meta.url));
  mkdirSync(directory, { recursive: true });
  return `${directory}${name}`;
}
