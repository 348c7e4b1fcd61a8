import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { heapView, htmlOf } from '../render/pages.ts';
import type { Stacks } from '../render/profiles.ts';
import { chromiumPath, launch, openHtml, saveScreenshot } from './chromium.ts';

/** What is missing for these tests. */
export const lacking =
  chromiumPath === undefined ? 'Chromium (apt-get install chromium)' : undefined;

export const everything: Stacks = [
  ['main@app;json_parse@libjson.so;json_node@libjson.so;malloc@libc.so.6', 3_000_000],
  ['main@app;json_parse@libjson.so;malloc@libc.so.6', 1_000_000],
  ['main@app;Cache::put(int, char const*)@app;malloc@libc.so.6', 4_000_000],
  ['main@app;walk@app;walk@app;walk@app;malloc@libc.so.6', 940_000],
  ['main@app;log@app', 60_000],
  ['worker@app;json_node@libjson.so;malloc@libc.so.6', 1_000_000],
];
const kept: Stacks = [['main@app;Cache::put(int, char const*)@app;malloc@libc.so.6', 2_000_000]];
export const views = [heapView('all', everything), heapView('unfreed', kept)] as const;
/** As many again that nobody can see: too many for elements. */
export const crowd: Stacks = Array.from(
  { length: 500 },
  (_, i) => [`main@app;tiny${i}@app`, 1] as const,
);
/** Opens pages for the tests of a group; after each of them nothing may have gone wrong. */
export function htmlPages() {
  let browser: Browser;
  let now: Page;
  let troubles: readonly string[];

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(() => browser?.close());

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await saveScreenshot(now, `html ${task.name}`);
    await now.context().close();
    expect(troubles).toEqual([]);
  });

  async function open(
    html = htmlOf(views),
    options: BrowserContextOptions & { hash?: string } = {},
  ) {
    ({ page: now, troubles } = await openHtml(browser, html, options));
  }

  return { open, page: () => now, ...readersOf(() => now) };
}

function readersOf(page: () => Page) {
  const textOf = (selector: string) => page().locator(selector).innerText();
  const hash = () => page().evaluate(() => decodeURIComponent(location.hash));
  const press = (id: string, text: string) =>
    page().locator(`#${id} button`, { hasText: text }).click();
  const background = () => page().evaluate(() => getComputedStyle(document.body).backgroundColor);

  /** The rows of the table, a cell being text. */
  const table = (): Promise<string[][]> =>
    page()
      .locator('#table-rows tr')
      .evaluateAll((rows) =>
        rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
      );

  const names = async () => (await table()).map(([name]) => name);

  /** Points at a share of the width, in a row counted from the root: the lines of the tooltip. */
  async function pointAt(share: number, row: number, click = false): Promise<string[]> {
    const area = (await page().locator('.stage').boundingBox())!;
    const isInverted = await page().locator('#inverted').isChecked();
    const y = isInverted ? row * 20 + 10 : area.height - row * 20 - 10;
    const x = area.x + share * area.width;
    if (click) await page().mouse.click(x, area.y + y);
    await page().mouse.move(x + 1, area.y + y);
    return page().locator('#tooltip:not([hidden]) div').allInnerTexts();
  }

  return { textOf, hash, press, background, table, names, pointAt };
}
