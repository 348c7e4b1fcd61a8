import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeWithNeeds } from '../needs.ts';

const question = fileURLToPath(new URL('../../scripts/missing-for-tracing', import.meta.url));

/** What keeps this machine or user from tracing; undefined when nothing does. */
export function lackingForTracing(): string | undefined {
  const { stdout, status, error } = spawnSync(question, { encoding: 'utf8' });
  if (error) throw error;
  return status === 0 ? undefined : stdout.trim().split('\n').join('; ');
}

/** `describe` for tests that trace, and that need the files besides. */
export function describeTracing(name: string, tests: () => void, files: readonly string[] = []) {
  const missing = files.filter((file) => !existsSync(file));
  const lacking =
    lackingForTracing() ??
    (missing.length > 0 ? `no ${missing.join(', ')}: run scripts/setup test` : undefined);
  describeWithNeeds(name, lacking, tests);
}
