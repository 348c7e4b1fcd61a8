import { Worker } from 'node:worker_threads';
import type { PartReader } from '../collapsed/part-reader.ts';
import type { Part } from '../collapsed/tally.ts';
import { UserError } from '../errors.ts';
import { readSection, type Section } from './stacks-section.ts';

/** What a thread found in its section, or why it could not read it. */
export type Answer = { readonly part: Part } | { readonly problem: string };

/**
 * Reads a section here and each of the others, which follow it, in a thread of its own; the reader has
 * it all in the end, as if it had read it alone. Throws what reading throws.
 */
export async function readTogether(
  reader: PartReader,
  own: Section,
  others: readonly Section[],
): Promise<void> {
  const threads = others.map(startThread);
  try {
    readSection(reader, own);
    for (const { answer, stop } of threads) {
      if (reader.isRefused) break;
      const part = partOf(await answer);
      // Its memory is wanted back before there is more to keep.
      await stop();
      reader.append(part);
    }
  } finally {
    for (const { stop } of threads) void stop();
  }
}

function startThread(section: Section) {
  // Resolves from src/cli and from dist/cli alike.
  const file = new URL('../../dist/cli/stacks-worker.js', import.meta.url);
  const worker = new Worker(file, { workerData: section });
  const answer = new Promise<Answer>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  // Nobody waits for it when a section before it is refused.
  answer.catch(() => {});
  return { answer, stop: () => worker.terminate() };
}

function partOf(answer: Answer): Part {
  if ('problem' in answer) throw new UserError(answer.problem);
  return answer.part;
}
