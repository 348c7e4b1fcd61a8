import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateSync } from 'node:zlib';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

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

/** Throws when there is no Chromium: with CI=true that is a failure and not a skip. */
export function launch(): Promise<Browser> {
  if (chromiumPath === undefined) {
    throw new Error(`no Chromium at ${candidates.join(' or ')}: apt-get install chromium`);
  }
  return chromium.launch({ executablePath: chromiumPath, args: quiet });
}

/** An SVG as a document of its own; a script error fails the test that reads `errors`. */
export async function openSvg(
  browser: Browser,
  svg: string,
  { hash = '', ...options }: BrowserContextOptions & { readonly hash?: string } = {},
) {
  const context = await browser.newContext({ viewport: { width: 1220, height: 400 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  const path = outputPath(
    `page-${process.pid}.${svg.startsWith('<!doctype html>') ? 'html' : 'svg'}`,
  );
  writeFileSync(path, svg);
  await page.goto(`file://${path}${hash}`);
  return { page, errors };
}

/** What went wrong on a page, and what it asked for beyond itself. */
export interface Watched {
  readonly page: Page;
  /** Script errors, messages on the console (broken policies too), requests. */
  readonly troubles: readonly string[];
}

/** An HTML page as a document of its own, ready for use. */
export async function openHtml(
  browser: Browser,
  html: string,
  { hash = '', ...options }: BrowserContextOptions & { hash?: string } = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => troubles.push(message.text()));
  const path = outputPath(`page-${process.pid}.html`);
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== `file://${path}`) troubles.push(request.url());
  });
  writeFileSync(path, html);
  await page.goto(`file://${path}${hash}`);
  await page.waitForSelector(
    options.javaScriptEnabled === false ? 'body' : 'html.ready, #problem:not([hidden])',
  );
  return { page, troubles };
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

function outputPath(name: string): string {
  const directory = fileURLToPath(new URL('../.output/', import.meta.url));
  mkdirSync(directory, { recursive: true });
  return `${directory}${name}`;
}
