import type { Locator, Page } from 'playwright-core';
import { profileOf, type Stacks, svgOf } from '../render/profiles.ts';
import { seenFrames } from './chromium.ts';
import { type Opening, withTab } from './tab.ts';

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
  open(svg?: string, options?: Opening): Promise<void>;
  close(): Promise<void>;
  /** Of the frames with this name, the nth from the left and bottom. */
  frame(name: string, nth?: number): Locator;
  labelOf(name: string): Promise<string>;
  /** Of the address as the page has it; `page.url()` is told of a change only later. */
  hash(): Promise<string>;
  /** Of the first element that a selector finds, as it is seen. */
  fill(selector: string): Promise<string>;
  details(): Promise<string | null>;
  found(): Promise<string | null>;
  hits(): Promise<string[]>;
  visibleFrames(): Promise<number>;
  button(name: string): Locator;
}

/** For a describe: pictures, each a document of its own. */
export function withPicture(): Opened {
  const tab = withTab({ width: 1220, height: 400 });
  const all: Page['locator'] = (...which) => tab.page().locator(...which);
  const frame = (name: string, nth = 0) =>
    all(seenFrames, { has: all(`title:text("${name} (")`) }).nth(nth);
  return {
    get page() {
      return tab.page();
    },
    open: (svg = svgOf(profileOf(stacks)), options = {}) => tab.open(svg, options),
    close: tab.close,
    frame,
    labelOf: (name) =>
      frame(name).evaluate((group) => group.querySelector('text')?.textContent ?? ''),
    hash: () => tab.page().evaluate(() => location.hash),
    fill: (selector) =>
      all(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).fill),
    details: () => all('.total').textContent(),
    found: () => all('.controls > text').textContent(),
    hits: () =>
      all(`${seenFrames}.hit`).evaluateAll((groups) =>
        groups.map((group) => group.querySelector('title')!.textContent!.replace(/ \(\d.*/, '')),
      ),
    visibleFrames: () => all(seenFrames).count(),
    button: (name) => all('[role=button]', { hasText: name }),
  };
}
