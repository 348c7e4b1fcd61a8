/** The allocators that the user names, as bpf/README.md has the values. */
export interface Naming {
  /** The only file that is looked into. */
  readonly object: string | undefined;
  readonly symbolsPrefixes: readonly string[];
  readonly allocFunctions: readonly string[];
  readonly freeFunctions: readonly string[];
}

/** The helper's arguments for them. */
export function namingArguments(naming: Naming): string[] {
  return [
    ...(naming.object === undefined ? [] : ['--object', naming.object]),
    ...naming.symbolsPrefixes.flatMap((prefix) => ['--symbols-prefix', prefix]),
    ...naming.allocFunctions.flatMap((named) => ['--alloc-fn', named]),
    ...naming.freeFunctions.flatMap((named) => ['--free-fn', named]),
  ];
}
