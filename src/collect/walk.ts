import type { Unwind } from '../capture/walked-stack.ts';

/** How the helper walks stacks; what is left out has its default. */
export interface WalkRequest {
  readonly unwind?: Unwind | undefined;
  /** Where separate debug files are looked for besides /usr/lib/debug. */
  readonly debugDirs?: readonly string[];
}

/** The helper's arguments; bpf/README.md lists them. */
export function walkArguments({ unwind, debugDirs = [] }: WalkRequest): string[] {
  return [
    ...withValue('--unwind', unwind),
    ...debugDirs.flatMap((directory) => withValue('--debug-dir', directory)),
  ];
}

/** An option with its value, where it has one. */
export function withValue(option: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [option, String(value)];
}
