import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { MeasuringFailed } from './children.mjs';
import { collapsedStacks } from './collapsed-input.mjs';
import { median, table } from './figures.mjs';
import { FLAMEGRAPH_PL, MEMSTACKS } from './paths.mjs';

const SEED = 20_260_101;
/** So many lines make about 10,000 frames, and 100,000. */
const SVG_LINES = 600;
const HTML_LINES = 14_700;
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
// Playwright leaves out the rest of what calls home.
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-sync'];
/** Milliseconds of flamegraph.pl's SVG of 10,000 frames, measured once, for where it is not there. */
const FLAMEGRAPH_PL_ONCE = { load: '900', zoom: '700', search: '140', reset: '-' };

const SVG_IN_USE = {
  isReady: () => document.querySelector('.controls') !== null,
  actions: {
    zoom: () => press(document.querySelectorAll('.f')[2]),
    reset: () => type(['Escape', 'Escape']),
    search: () => type(['F3', 'r']),
  },
};

/** How an HTML page is worked; its graph is a canvas. */
const HTML_ACTIONS = {
  zoom: () => pressAt('#graph canvas', 0.5, 50),
  search: () => {
    const field = document.querySelector('#search');
    field.value = 'read';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  },
  reset: () => document.querySelector('#reset').click(),
  recursion: () => document.querySelector('#collapse').click(),
  'from leaf': () =>
    [...document.querySelectorAll('button')]
      .find((each) => each.textContent === 'From leaf')
      .click(),
};
const HTML_GOALS = {
  load: '1000',
  ...Object.fromEntries(Object.keys(HTML_ACTIONS).map((name) => [name, '100'])),
};

/** What is opened, how it is made, and how it is worked. `isReady` and the actions run in the page. */
const PAGES = [
  {
    label: 'memstacks SVG, 10,000 frames',
    goals: { load: 'half of flamegraph.pl', zoom: '50', search: '50', reset: '50' },
    suffix: 'svg',
    lines: SVG_LINES,
    command: (input) => [process.execPath, MEMSTACKS, 'render', '--minwidth=0', input],
    ...SVG_IN_USE,
  },
  {
    label: 'memstacks SVG of a differential',
    goals: { zoom: '50', search: '50', reset: '50' },
    suffix: 'svg',
    lines: SVG_LINES,
    command: (input) => [
      ...[process.execPath, MEMSTACKS, 'diff', input, changed(input), '--minwidth=0', '-o'],
    ],
    ...SVG_IN_USE,
  },
  {
    label: 'memstacks HTML, 100,000 nodes',
    goals: HTML_GOALS,
    suffix: 'html',
    lines: HTML_LINES,
    command: (input) => [process.execPath, MEMSTACKS, 'render', input, '-o'],
    isReady: () => document.documentElement.classList.contains('ready'),
    actions: HTML_ACTIONS,
  },
  {
    label: 'memstacks HTML of a diff, 100,000 nodes',
    goals: HTML_GOALS,
    suffix: 'html',
    lines: HTML_LINES,
    linesBefore: 12_000,
    command: (input, before) => [process.execPath, MEMSTACKS, 'diff', before, input, '-o'],
    isReady: () => document.documentElement.classList.contains('ready'),
    actions: HTML_ACTIONS,
  },
];

const FLAMEGRAPH_PL_PAGE = {
  label: 'flamegraph.pl SVG, 10,000 frames',
  goals: {},
  suffix: 'svg',
  lines: SVG_LINES,
  command: (input) => ['perl', FLAMEGRAPH_PL, '--minwidth=0', input],
  isReady: () => document.readyState === 'complete',
  actions: {
    zoom: () =>
      press(document.querySelector('#frames, svg').querySelectorAll('g[onclick], #frames g')[2]),
    reset: () => window.unzoom(),
    search: () => window.search('r'),
  },
};

/** Tools for the actions; they run in the page before anything else does. */
function prepare() {
  window.press = (element) =>
    element.querySelector('rect').dispatchEvent(new MouseEvent('click', { bubbles: true }));
  window.pressAt = (selector, share, above) => {
    const area = document.querySelector(selector).getBoundingClientRect();
    const at = { clientX: area.left + share * area.width, clientY: area.bottom - above };
    const options = { bubbles: true, ...at };
    document.querySelector(selector).dispatchEvent(new MouseEvent('click', options));
  };
  window.type = (keys) => {
    for (const key of keys) {
      const place = document.activeElement ?? document.documentElement;
      place.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    }
  };
  /** Resolves when what was changed is on the screen. */
  window.painted = () =>
    new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
}

/** Milliseconds to load and to answer in Chromium, at 1280 x 800. */
export async function measurePages(rounds, progress) {
  const executablePath = CHROMIUM.find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new MeasuringFailed('no Chromium: run scripts/setup bench');
  const folder = mkdtempSync(join(tmpdir(), 'memstacks-bench-'));
  const tidy = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', tidy);
  const pages = [...(FLAMEGRAPH_PL === undefined ? [] : [FLAMEGRAPH_PL_PAGE]), ...PAGES].map(
    (page, index) => ({ ...page, ...written(page, join(folder, String(index))), ms: [] }),
  );
  const browser = await chromium.launch({ executablePath, args: QUIET });
  for (let round = 0; round < rounds; round++) {
    progress(`pages, round ${round + 1} of ${rounds}`);
    for (const page of pages) page.ms.push(await timesOf(browser, page));
  }
  await browser.close();
  tidy();
  process.off('exit', tidy);
  return pages;
}

function written({ suffix, lines, linesBefore = 0, command }, name) {
  const [input, before, output] = [`${name}.folded`, `${name}.before.folded`, `${name}.${suffix}`];
  writeFileSync(input, [...collapsedStacks(lines, SEED)].join(''));
  writeFileSync(before, [...collapsedStacks(linesBefore, SEED)].join(''));
  const line = command(input, before);
  const toFile = line.at(-1) === '-o';
  const [program, ...args] = toFile ? [...line, output] : line;
  const { status, stdout } = spawnSync(program, args, { maxBuffer: 2 ** 30 });
  if (status !== 0) throw new MeasuringFailed(`${line.join(' ')} ended with ${status}`);
  if (!toFile) writeFileSync(output, stdout);
  return { output, bytes: statSync(output).size };
}

/** Another file with the same stacks, of which a sixth vanished and others have more or less. */
function changed(input) {
  const factors = [1, 1.3, 0.5, 2.4, 0, 1];
  const lines = readFileSync(input, 'utf8').trimEnd().split('\n');
  const after = lines.flatMap((line, index) => {
    const end = line.lastIndexOf(' ') + 1;
    const weight = Math.round(Number(line.slice(end)) * factors[index % factors.length]);
    return weight === 0 ? [] : [`${line.slice(0, end)}${weight}\n`];
  });
  const path = input.replace(/\.folded$/, '.after.folded');
  writeFileSync(path, after.join(''));
  return path;
}

async function timesOf(browser, { output, isReady, actions }) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  // flamegraph.pl's pictures take their time on a busy machine.
  page.setDefaultTimeout(180_000);
  await page.addInitScript(prepare);
  await page.goto(`file://${output}`);
  await page.waitForFunction(isReady);
  const times = { load: await page.evaluate(() => painted().then(() => performance.now())) };
  for (const [name, action] of Object.entries(actions)) times[name] = await timeOf(page, action);
  await page.close();
  return times;
}

function timeOf(page, action) {
  // By a function and not by its text: a page's own policy forbids to run texts.
  return page.evaluate(`(async () => {
    await painted();
    const start = performance.now();
    (${action})();
    await painted();
    return performance.now() - start;
  })()`);
}

/** The table of `measurePages`, goals beside the figures. */
export function pagesTable(pages) {
  const names = ['load', ...Object.keys(HTML_ACTIONS)];
  const figure = (page, name) => median(page.ms.map((times) => times[name])).toFixed(0);
  const cell = (page, name) => {
    if (page.ms[0][name] === undefined) return '-';
    const goal = page.goals[name];
    return goal === undefined ? figure(page, name) : `${figure(page, name)} (goal ${goal})`;
  };
  const rows = pages.map((page) => [
    page.label,
    (page.bytes / 1e6).toFixed(1),
    ...names.map((name) => cell(page, name)),
  ]);
  const facts = [
    'flamegraph.pl SVG, measured elsewhere',
    '2.3',
    ...names.map((name) => FLAMEGRAPH_PL_ONCE[name] ?? '-'),
  ];
  return table([['ms', 'MB', ...names], ...rows, facts]);
}
