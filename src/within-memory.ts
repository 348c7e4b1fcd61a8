import { UserError } from './errors.ts';

/** A kernel ends in a trap where WebAssembly's 4 GiB, or the machine's memory, are used up: a UserError. */
export function withinMemory<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
    throw new UserError('the stacks do not fit into memory: split the input', 1, { cause: error });
  }
}
