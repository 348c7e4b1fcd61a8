import { describe, test } from 'vitest';

/**
 * `describe`, for tests that the machine may not be able to run. `lacking` is what keeps them from
 * it, and what to do about it: with CI=true that is a failure; elsewhere they are skipped, loudly.
 */
export function describeWithNeeds(
  name: string,
  lacking: string | undefined,
  tests: () => void,
): void {
  if (lacking === undefined) {
    describe(name, tests);
  } else if (process.env.CI === 'true') {
    test(name, () => {
      throw new Error(`this cannot be tested here, and must be with CI=true: ${lacking}`);
    });
  } else {
    console.warn(`SKIPPED: ${name}: ${lacking}`);
    describe.skip(name, tests);
  }
}
