import { outputOf } from './children.mjs';
import { median, spread, table } from './figures.mjs';
import { isReadable, NAMES, onPath } from './paths.mjs';

const FILE = '/usr/lib/x86_64-linux-gnu/libLLVM-14.so.1';
const ADDRESSES = 10_000;
/** Milliseconds for all addresses, the symbols' loading included. */
const GOAL = 250;

/** Names the same addresses with the helper's code and with llvm-symbolizer, each time in a new process. */
export async function measureNames(rounds, progress) {
  if (!isReadable(FILE)) return undefined;
  const theirs = onPath('llvm-symbolizer');
  const ours = { label: 'symbol_at of the helper', goal: GOAL, runs: [] };
  const others = theirs === undefined ? [] : [{ label: 'llvm-symbolizer', runs: [] }];
  for (let round = 0; round < rounds; round++) {
    progress(`names, round ${round + 1} of ${rounds}`);
    const run = await ourNames();
    ours.runs.push(run);
    for (const other of others) other.runs.push(await llvmNames(theirs, run.addresses));
  }
  return [ours, ...others];
}

async function ourNames() {
  const { output, ms } = await outputOf(NAMES, [FILE, `${ADDRESSES}`]);
  const lines = output.trimEnd().split('\n').slice(0, ADDRESSES);
  const fields = lines.map((line) => /^(\S+) (.*)$/.exec(line));
  return {
    ms,
    named: fields.filter(([, , name]) => name !== '').length,
    addresses: fields.map(([, address]) => `${address}\n`).join(''),
  };
}

async function llvmNames(command, addresses) {
  const args = [`--obj=${FILE}`, '--no-inlines', '--pretty-print'];
  const { output, ms } = await outputOf(command, args, addresses);
  const lines = output.split('\n').filter((line) => line !== '');
  return { ms, named: lines.filter((line) => !line.startsWith('??')).length };
}

/** The table of `measureNames`. */
export function namesTable(results) {
  if (results === undefined) return `skipped: ${FILE} is not installed\n`;
  return table([
    [`${ADDRESSES} addresses in libLLVM-14`, 'named', 'ms, whole process', 'goal', ''],
    ...results.map(namesRow),
  ]);
}

function namesRow({ label, goal, runs }) {
  const times = runs.map(({ ms }) => ms);
  const figures = [label, `${runs[0].named}`, spread(times, 0)];
  if (goal === undefined) return [...figures, '', ''];
  return [...figures, `${goal}`, median(times) <= goal ? 'ok' : 'MISSED'];
}
