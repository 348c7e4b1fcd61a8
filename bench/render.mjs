import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { capture, collapsedStacks } from './collapsed-input.mjs';
import { table } from './figures.mjs';
import { MEMSTACKS, onPath } from './paths.mjs';
import { measureCommands, writeInput } from './whole-process.mjs';

const SEED = 20_260_101;
const FEW = 1000;
const MANY = 100_000;
const MILLION = 1_000_000;
/** The input, twice over: what is made of it is smaller. */
const ROOM_FOR_A_MILLION = 3e9;

const NODE = [process.execPath, '-e', '0'];

/**
 * Measured before on 2 processors at 2.5 GHz, collapsed stacks of the same kind, in ms and MB: for
 * where the program itself is not on the machine.
 */
const ELSEWHERE = {
  'inferno-flamegraph': { [MANY]: [700, 132], [MILLION]: [7800, 1320] },
  'flamegraph.pl': { [MANY]: [11_300, 260], [MILLION]: [105_000, 2600] },
};

/** At most so much of what another program takes. */
const GOALS = {
  [FEW]: { 'node -e 0': { ms: 2.5 } },
  [MANY]: { 'inferno-flamegraph': { ms: 0.7 }, 'flamegraph.pl': { ms: 1 / 15 } },
  [MILLION]: { 'inferno-flamegraph': { ms: 0.5, mb: 0.2 }, 'flamegraph.pl': { ms: 1 / 15 } },
};

/** Times whole processes that read collapsed stacks and captures, and their peak memory. */
export async function measureRender(rounds, progress) {
  const folder = mkdtempSync(join(tmpdir(), 'memstacks-bench-'));
  const tidy = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', tidy);
  try {
    const results = [];
    for (const set of setsIn(folder))
      results.push(await measureSet(set, { rounds, progress, folder }));
    return results;
  } finally {
    tidy();
    process.off('exit', tidy);
  }
}

function setsIn(folder) {
  const input = join(folder, 'input');
  const sets = [
    { title: '1,000 lines', lines: FEW, input, make: collapsedStacks, commands: forLines(input) },
    {
      title: '100,000 lines',
      lines: MANY,
      input,
      make: collapsedStacks,
      commands: forLines(input),
    },
    {
      title: '100,000 lines, gzipped',
      lines: MANY,
      input,
      make: packedStacks,
      commands: forPacked(input),
    },
  ];
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < ROOM_FOR_A_MILLION)
    return [
      ...sets,
      { title: `1,000,000 lines: skipped, ${tmpdir()} has not the 3 GB that they need` },
    ];
  return [
    ...sets,
    {
      title: '1,000,000 lines',
      lines: MILLION,
      input,
      make: collapsedStacks,
      commands: forMillion(input),
    },
    {
      title: 'a capture of 1,000,000 stacks',
      lines: MILLION,
      input,
      make: capture,
      commands: forCapture(input),
    },
  ];
}

function* packedStacks(lines, seed) {
  for (const chunk of collapsedStacks(lines, seed)) yield gzipSync(chunk);
}

const ours = (command, input) => [process.execPath, MEMSTACKS, command, input];

/** Ours first. */
function forLines(input) {
  const foreign = Object.keys(ELSEWHERE).filter((name) => onPath(name));
  return [
    { label: 'memstacks render', line: ours('render', input) },
    { label: 'the same, --no-embed', line: [...ours('render', input), '--no-embed'] },
    { label: 'node -e 0', line: NODE, isSilent: true },
    { label: 'wc -l', line: ['wc', '-l', input] },
    { label: 'cat', line: ['cat', input] },
    ...foreign.map((name) => ({ label: name, line: [name, input] })),
  ];
}

function forPacked(input) {
  return [
    { label: 'memstacks render', line: ours('render', input) },
    { label: 'gzip -dc', line: ['gzip', '-dc', input] },
  ];
}

function forMillion(input) {
  const [render, ...others] = forLines(input);
  return [render, { label: 'memstacks fold', line: ours('fold', input) }, ...others];
}

function forCapture(input) {
  return [
    { label: 'memstacks render', line: ours('render', input) },
    { label: 'memstacks fold', line: ours('fold', input) },
    { label: 'wc -l', line: ['wc', '-l', input] },
  ];
}

async function measureSet(
  { title, lines, input, make, commands = [] },
  { rounds, progress, folder },
) {
  if (lines === undefined) return { title };
  progress(`${title}: making them`);
  writeInput(input, make(lines, SEED));
  const results = await measureCommands(commands, {
    rounds,
    output: join(folder, 'output'),
    onRound: (round) => progress(`${title}, round ${round} of ${rounds}`),
  });
  const bytes = statSync(input).size;
  return { title, lines, bytes, results };
}

/** The tables of `measureRender`: ours, and what part of each of the others it takes. */
export function renderTables(sets) {
  return sets.map(setTable).join('\n');
}

function setTable({ title, lines, bytes, results }) {
  if (results === undefined) return `${title}\n`;
  const [own, ...others] = [...results, ...elsewhere(lines, results)];
  const head = [
    `${title}, ${(bytes / 1e6).toFixed(0)} MB`,
    'ms',
    'peak MB',
    'render takes',
    'goal',
  ];
  const rows = others.map((other) => rowOf(other, own, GOALS[lines]?.[other.name ?? other.label]));
  return table([head, [own.label, own.ms.toFixed(0), own.mb.toFixed(0), '', ''], ...rows]);
}

function elsewhere(lines, results) {
  const isCollapsed = results.some(({ label }) => label === 'cat');
  return Object.entries(ELSEWHERE)
    .filter(
      ([name, by]) => isCollapsed && by[lines] && !results.some(({ label }) => label === name),
    )
    .map(([name, by]) => ({
      label: `${name} (elsewhere)`,
      name,
      ms: by[lines][0],
      mb: by[lines][1],
    }));
}

function rowOf(other, own, goal) {
  const wanted = [goal?.ms && times(goal.ms), goal?.mb && `${times(goal.mb)} of memory`];
  const found = [times(own.ms / other.ms), goal?.mb && `${times(own.mb / other.mb)} of memory`];
  const list = (parts) => parts.filter(Boolean).join(', ');
  return [other.label, other.ms.toFixed(0), other.mb.toFixed(0), list(found), list(wanted)];
}

function times(value) {
  return `${value.toFixed(value < 0.1 ? 3 : 2)} x`;
}
