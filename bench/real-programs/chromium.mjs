import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { asNobody, failure, startOn, untilReady } from './stage.mjs';
import { work } from './work.mjs';

const WARM_UP_MS = 3000;

/** The process that draws the page; browser and helpers end with it and the other way round. */
export const chromium = {
  name: 'Chromium',
  packages: ['chromium'],
  async start(stage) {
    const folders = [`HOME=${stage.folder}`, `XDG_RUNTIME_DIR=${stage.folder}`];
    const quiet = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run'];
    const own = [
      ...quiet,
      `--user-data-dir=${stage.folder}/profile`,
      `file://${work('page.html')}`,
    ];
    const env = asNobody('env', [...folders, '/usr/bin/chromium', ...own]);
    const browser = startOn(stage, ...env);
    await untilReady(stage, browser, () => renderersOf(browser).length > 0);
    await sleep(WARM_UP_MS);
    const [busiest] = renderersOf(browser);
    if (busiest === undefined) throw failure(stage, 'the renderer has gone');
    return { pids: [busiest.pid] };
  },
};

/** The renderers below the browser, the one with most processor time first. */
function renderersOf(browser) {
  const all = new Map(readdirSync('/proc').filter(isNumber).flatMap(entryOf));
  const isBelow = (pid) =>
    pid === browser.child.pid || (all.has(pid) && isBelow(all.get(pid).parent));
  const renderers = [...all.values()].filter(({ pid, args }) => isBelow(pid) && isRenderer(args));
  return renderers.sort((a, b) => b.ticks - a.ticks);
}

function isNumber(name) {
  return /^\d+$/.test(name);
}

function isRenderer(args) {
  return args.includes('--type=renderer');
}

/** `[[pid, process]]` by proc(5), or none when it has gone. */
function entryOf(name) {
  try {
    const pid = Number(name);
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]/);
    return [[pid, { pid, args, parent: Number(fields[1]), ticks: Number(fields[11]) }]];
  } catch {
    return [];
  }
}
