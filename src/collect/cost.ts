import { withValue } from './walk.ts';

/** What a trace may cost its target; what is left out has the helper's default. */
export interface CostRequest {
  /** Calls a second above which the trace ends; 0 is no limit. */
  readonly maxRate?: number | undefined;
  /** Record one of so many calls. */
  readonly sampleCalls?: number | undefined;
  /** Record one call in so many bytes. */
  readonly sampleBytes?: number | undefined;
}

/** The helper's arguments; bpf/README.md lists them. */
export function costArguments(request: CostRequest): string[] {
  return [
    ...withValue('--max-rate', request.maxRate),
    ...withValue('--sample', request.sampleCalls),
    ...withValue('--sample-bytes', request.sampleBytes),
  ];
}
