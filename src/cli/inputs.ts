import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type ExitCode, UserError } from '../errors.ts';
import { type Input, type InputOptions, readInput } from './input.ts';
import type { Thread } from './threads.ts';

/** Other views stay in the thread that could make them. */
export type OneView = Omit<Input, 'otherViews'>;

/** What a thread is to read. */
export interface InputRequest {
  readonly path: string;
  readonly options: InputOptions;
}

/** What a thread has read, or why it could not. */
export type InputAnswer =
  | { readonly input: OneView }
  | { readonly problem: string; readonly exitCode: ExitCode };

/** Below, a thread takes longer to start than it is worth. */
const threadBytes = 16 * 1024 * 1024;

/**
 * Reads several inputs as `readInput` does. Where more than one is large each of these has a thread of
 * its own: nothing has to be put together. Throws a UserError for what cannot be read.
 */
export async function readInputs(
  paths: readonly (string | undefined)[],
  options: InputOptions,
  leastBytes = threadBytes,
): Promise<OneView[]> {
  const isLarge = (path: string | undefined) => path !== undefined && sizeOf(path) >= leastBytes;
  const processors = availableParallelism();
  const lanes = Math.max(1, Math.min(paths.filter(isLarge).length, processors));
  if (lanes === 1) return inLanes(1, paths, (path) => readInput(path, options));
  const threads = { most: Math.floor(processors / lanes), bytes: threadBytes };
  const running = new Set<Thread<InputAnswer>>();
  try {
    return await inLanes(lanes, paths, (path) =>
      isLarge(path)
        ? readInThread({ path: path!, options: { ...options, threads } }, running)
        : readInput(path, options),
    );
  } finally {
    for (const { stop } of running) void stop();
  }
}

/** Of what is no file there is nothing to know: reading it will tell. */
function sizeOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? stats.size : 0;
}

/** Does so many at a time; what comes of them in their order. */
async function inLanes<Item, Result>(
  lanes: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

async function readInThread(
  request: InputRequest,
  running: Set<Thread<InputAnswer>>,
): Promise<OneView> {
  const { startThread } = await import('./threads.ts');
  const thread = startThread<InputAnswer>('input-worker.js', request);
  running.add(thread);
  const answer = await thread.answer;
  // Its memory is wanted back.
  await thread.stop();
  running.delete(thread);
  if ('problem' in answer) throw new UserError(answer.problem, answer.exitCode);
  return answer.input;
}
