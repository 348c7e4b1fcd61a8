import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const question = fileURLToPath(new URL('../../scripts/missing-for-tracing', import.meta.url));

declare module 'vitest' {
  interface ProvidedContext {
    /** What keeps this machine or user from tracing; empty when nothing does. */
    lackingForTracing: string;
  }
}

/** Before all tests that trace: the answer is a trace of its own, which takes seconds. */
export function setup(project: TestProject): void {
  project.provide('lackingForTracing', lackingForTracing());
}

function lackingForTracing(): string {
  const { stdout, status, error } = spawnSync(question, { encoding: 'utf8' });
  if (error) throw error;
  return status === 0 ? '' : stdout.trim().split('\n').join('; ');
}
