import { withValue } from './walk.ts';

/** What is traced of page faults; what is left out has the helper's default. */
export interface FaultsRequest {
  readonly maxPages?: number | undefined;
}

/** The helper's arguments; bpf/README.md lists them. */
export function faultsArguments({ maxPages }: FaultsRequest): string[] {
  return ['--faults', ...withValue('--max-pages', maxPages)];
}
