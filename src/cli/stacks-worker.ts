import { parentPort, workerData } from 'node:worker_threads';
import { PartReader } from '../collapsed/part-reader.ts';
import type { Part } from '../collapsed/tally.ts';
import { UserError } from '../errors.ts';
import { readSection, type Section } from './stacks-section.ts';
import type { Answer } from './stacks-threads.ts';

// The other end of stacks-threads.ts: reads one section of a file and hands over what it found.

const answer = answerTo(workerData as Section);
parentPort!.postMessage(answer, 'part' in answer ? buffersOf(answer.part) : []);

function answerTo(section: Section): Answer {
  try {
    const reader = new PartReader(false);
    readSection(reader, section);
    return { part: reader.finish() };
  } catch (error) {
    if (error instanceof UserError) return { problem: error.message };
    throw error;
  }
}

/** Handed over, not copied. */
function buffersOf({ tree }: Part): ArrayBuffer[] {
  const { nameBytes, nameEnds, parent, name, self } = tree;
  return [nameBytes, nameEnds, parent, name, self].map(({ buffer }) => buffer);
}
