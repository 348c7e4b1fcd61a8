import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../errors.ts';
import type { Profile } from '../profile.ts';
import { readInput } from './input.ts';
import type { InputAnswer, InputRequest } from './inputs.ts';

// The other end of inputs.ts: reads one input and hands it over.

const answer = await answerTo(workerData as InputRequest);
parentPort!.postMessage(answer, 'input' in answer ? buffersOf(answer.input.profile) : []);

async function answerTo({ path, options }: InputRequest): Promise<InputAnswer> {
  try {
    const { profile, warnings } = await readInput(path, options);
    return { input: { profile, warnings } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { problem: error.message, exitCode: error.exitCode };
  }
}

/** Handed over, not copied. */
function buffersOf({ parent, frame, columns }: Profile): ArrayBuffer[] {
  const arrays = [parent, frame, ...columns.map(({ self }) => self)];
  return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))];
}
