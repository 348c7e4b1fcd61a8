import { collectWhile } from './collector.ts';
import { addTo, type Weights } from './own-stacks.ts';
import { framesOf, moduleFileOf, namesOf, type RawCapture, type RawFrame } from './raw-capture.ts';
import { type Sample, startProgram } from './sample.ts';

/** What samples/programs/chains.c says of itself. */
export interface OwnChains {
  readonly names: readonly string[];
  /** Root first, from main to who calls malloc; indexes of names. */
  readonly stacks: readonly { frames: readonly number[]; bytes: number; calls: number }[];
}

/** Starts a build of chains.c and waits until it is ready. */
export async function startChains(file: string, args: readonly string[]): Promise<Sample> {
  const sample = startProgram(file, args);
  const said = await sample.line();
  if (said !== 'ready') throw new Error(`${file} said ${said}`);
  return sample;
}

/** Lets it run, and returns what it says. */
export async function runChains(sample: Sample): Promise<OwnChains> {
  sample.tell();
  return JSON.parse(await sample.line());
}

/** Both views of one run. */
export async function collectChains(
  file: string,
  args: readonly string[],
  options: readonly string[] = [],
): Promise<{ capture: RawCapture; own: OwnChains }> {
  const sample = await startChains(file, args);
  const { capture, result } = await collectWhile(['-p', `${sample.pid}`, ...options], () =>
    runChains(sample),
  );
  return { capture, own: result };
}

/** How its stacks begin: at `root`, then some of libc. `end` is why they do not reach the start. */
export interface Beginning {
  readonly root: string;
  readonly end?: string | undefined;
  /** The frames that the walk keeps at most. */
  readonly most?: number;
}

/** A whole stack of a program that glibc starts. */
export const whole: Beginning = { root: '_start' };

export function ownChains({ names, stacks }: OwnChains, beginning = whole): Weights {
  const chains: Weights = {};
  for (const { frames, bytes, calls } of stacks) {
    const path = [...frames.map((frame) => names[frame]!), 'malloc'];
    addTo(chains, shown(path, beginning), [bytes, calls]);
  }
  return chains;
}

/** The same of a trace; `nameOf` knows names for frames that have none. */
export function tracedChains(
  capture: RawCapture,
  process = 0,
  nameOf: (frame: RawFrame) => string | undefined = () => undefined,
): Weights {
  const chains: Weights = {};
  for (const stack of capture.stacks.filter((stack) => stack.process === process)) {
    const path = framesOf(capture, stack).map(
      (frame) => frame.name ?? nameOf(frame) ?? `[${moduleFileOf(capture, frame)}]`,
    );
    const inMain = path.slice(Math.max(path.indexOf('main'), 0));
    addTo(chains, shown(inMain, { root: path[0]!, end: stack.walk_end }), stack.alloc);
  }
  return chains;
}

function shown(path: readonly string[], { root, end, most }: Beginning): string {
  const kept = most === undefined ? path : path.slice(-most);
  return `${end ?? 'whole'}: ${end === 'cut' ? kept[0] : root} .. ${kept.join(' > ')}`;
}

/** The different ways in which stacks come to main. */
export function outsideMain(capture: RawCapture): string[] {
  const ways = capture.stacks.map((stack) => {
    const names = namesOf(capture, stack);
    return names.slice(0, Math.max(names.indexOf('main'), 0)).join(' > ');
  });
  return [...new Set(ways)];
}
