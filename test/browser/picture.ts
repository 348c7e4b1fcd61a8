import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { profileOf, type Stacks, svgOf } from '../render/profiles.ts';
import { chromiumPath, launch, openSvg, saveScreenshot, seenFrames } from './chromium.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

export const lacking =
  chromiumPath === undefined ? 'Chromium (apt-get install chromium)' : undefined;

export const stacks: Stacks = [
  ['main;json_parse;json_node;malloc', 3_000_000],
  ['main;json_parse;malloc', 1_000_000],
  ['main;Cache::put(int, char const*);malloc', 4_000_000],
  ['main;Cache::put(int, char const*);a_rather_long_name_for_a_very_narrow_frame', 60_000],
  ['main;log', 940_000],
  ['worker;json_node;malloc', 1_000_000],
];

/** A picture that is open in a browser, and what a reader sees of it. */
export interface Opened {
  readonly page: Page;
  open(svg?: string, options?: BrowserContextOptions & { hash?: string }): Promise<void>;
  close(): Promise<void>;
  /** Of the frames with this name, the nth from the left and bottom. */
  frame(name: string, nth?: number): Locator;
  labelOf(name: string): Promise<string>;
  /** Of the address as the page has it; `page.url()` is told of a change only later. */
  hash(): Promise<string>;
  details(): Promise<string | null>;
  found(): Promise<string | null>;
  hits(): Promise<string[]>;
  visibleFrames(): Promise<number>;
  button(name: string): Locator;
}

/** For a describe: a browser for its tests, a screenshot of each that fails, no script error in any. */
export function withPicture(): Opened {
  let browser: Browser;
  let page: Page;
  let errors: string[] = [];

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(() => browser?.close());

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await saveScreenshot(page, task.name);
    await page.context().close();
    expect(errors).toEqual([]);
  });

  return {
    get page() {
      return page;
    },
    async open(svg = svgOf(profileOf(stacks)), options = {}) {
      ({ page, errors } = await openSvg(browser, svg, options));
    },
    close: () => page.context().close(),
    frame: (name, nth = 0) =>
      page.locator(seenFrames, { has: page.locator(`title:text("${name} (")`) }).nth(nth),
    labelOf(name) {
      return this.frame(name).evaluate((group) => group.querySelector('text')?.textContent ?? '');
    },
    hash: () => page.evaluate(() => location.hash),
    details: () => page.locator('.total').textContent(),
    found: () => page.locator('.controls > text').textContent(),
    hits: () =>
      page
        .locator(`${seenFrames}.hit`)
        .evaluateAll((groups) =>
          groups.map((group) => group.querySelector('title')!.textContent!.replace(/ \(\d.*/, '')),
        ),
    visibleFrames: () => page.locator(seenFrames).count(),
    button: (name) => page.locator('[role=button]', { hasText: name }),
  };
}
