/** What is no input of ours, by its first bytes, and what to do instead. */
const foreign: readonly { readonly begins: RegExp; readonly what: string }[] = [
  {
    begins: /^\x89PNG/,
    what: 'a PNG picture: name the capture or the collapsed stacks that it was drawn from',
  },
  { begins: /^\x7fELF/, what: 'a program: trace it with -c' },
  { begins: /^PERFILE2/, what: 'of perf: pipe perf script through stackcollapse-perf.pl' },
  { begins: /^\s*\{"/, what: 'JSON, and no capture, or one whose first line is missing' },
  { begins: /^[^\n]*\0/, what: 'binary data, and no collapsed stacks' },
];

/** What a file that begins so is, where it is surely not collapsed stacks; else undefined. */
export function foreignKind(first: Uint8Array): string | undefined {
  const text = Buffer.from(first).toString('latin1');
  return foreign.find(({ begins }) => begins.test(text))?.what;
}
