import { existsSync } from 'node:fs';
import { inject } from 'vitest';
import { describeWithNeeds } from '../needs.ts';

/** What keeps this machine or user from tracing; undefined when nothing does. */
export function lackingForTracing(): string | undefined {
  return inject('lackingForTracing') || undefined;
}

/** `describe` for tests that trace, and that need the files besides. */
export function describeTracing(name: string, tests: () => void, files: readonly string[] = []) {
  const missing = files.filter((file) => !existsSync(file));
  const lacking =
    lackingForTracing() ??
    (missing.length > 0 ? `no ${missing.join(', ')}: run scripts/setup test` : undefined);
  describeWithNeeds(name, lacking, tests);
}
