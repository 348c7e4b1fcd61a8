import { writeFileSync } from 'node:fs';
import type { Browser, Page, ViewportSize } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launch, outputPath, saveScreenshot } from './chromium.ts';

interface Look {
  readonly viewport: ViewportSize;
  readonly colorScheme?: 'dark' | 'light';
}

export interface Opening extends Partial<Look> {
  readonly hash?: string;
  readonly javaScriptEnabled?: boolean;
}

/** Where a browser shows one document after the other. */
export interface Tab {
  /** Of the document that is open. */
  page(): Page;
  /** Shows a document of its own, HTML or SVG, as if it were the first. */
  open(document: string, options?: Opening): Promise<void>;
  /** For what cannot be undone to a page: the next document gets another. */
  close(): Promise<void>;
}

/** For a describe: a browser for its tests, a screenshot of each that fails, nothing goes wrong in any. */
export function withTab(viewport: ViewportSize): Tab {
  let browser: Browser;
  /** Kept for other documents, as a new one takes a quarter of a second. */
  let shown: Page | undefined;
  let hasScripts = true;
  let count = 0;
  const troubles: string[] = [];
  const page = () => shown!;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    // A browser with an open page may take half a minute to end.
    await close();
    await browser?.close();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail' && shown !== undefined) {
      await saveScreenshot(shown, task.name);
      await close();
    }
    expect(troubles.splice(0)).toEqual([]);
  });

  async function open(document: string, { hash = '', ...options }: Opening = {}): Promise<void> {
    if ((options.javaScriptEnabled ?? true) !== hasScripts) await close();
    shown ??= await newPage(options);
    await makeNew(shown, { viewport, ...options });
    const kind = /^<!doctype html>/i.test(document) ? 'html' : 'svg';
    // The same address with another hash would not be loaded again.
    const path = outputPath(`page-${process.pid}-${count++ % 2}.${kind}`);
    writeFileSync(path, document);
    await shown.goto(`file://${path}${hash}`);
  }

  async function newPage({ javaScriptEnabled = true }: Opening): Promise<Page> {
    hasScripts = javaScriptEnabled;
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    watch(page, troubles);
    return page;
  }

  async function close(): Promise<void> {
    await shown?.context().close();
    shown = undefined;
  }

  return { page, open, close };
}

/** As no document before has left it. */
async function makeNew(page: Page, { viewport, colorScheme = 'light' }: Look): Promise<void> {
  await page.mouse.move(0, 0);
  await page.emulateMedia({ media: null, colorScheme });
  await page.setViewportSize(viewport);
}

/** Notes script errors, messages on the console (broken policies too) and requests beyond the document. */
function watch(page: Page, troubles: string[]): void {
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => troubles.push(message.text()));
  page.on('request', (request) => {
    if (!request.isNavigationRequest()) troubles.push(request.url());
  });
}
