import type { PartReader } from '../collapsed/part-reader.ts';
import type { Part } from '../collapsed/tally.ts';
import { UserError } from '../errors.ts';
import { readSection, type Section } from './stacks-section.ts';
import { startThread } from './threads.ts';

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
  const threads = others.map((section) => startThread<Answer>('stacks-worker.js', section));
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

function partOf(answer: Answer): Part {
  if ('problem' in answer) throw new UserError(answer.problem);
  return answer.part;
}
