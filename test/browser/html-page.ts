import type { Page } from 'playwright-core';
import { heapView, htmlOf } from '../render/pages.ts';
import type { Stacks } from '../render/profiles.ts';
import { type Opening, withTab } from './tab.ts';

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
/** For a describe: pages, each a document of its own and ready for use. */
export function htmlPages() {
  const { page, open: openTab, close } = withTab({ width: 1280, height: 800 });
  async function open(html = htmlOf(views), options: Opening = {}) {
    await openTab(html, options);
    const ready = 'html.ready, #problem:not([hidden])';
    await page().waitForSelector(options.javaScriptEnabled === false ? 'body' : ready);
  }
  return { open, close, page, ...readersOf(page) };
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
