import { peekedBytes } from './peek.ts';

const perfCollapsers = 'stackcollapse-perf.pl or inferno-collapse-perf';

/** What is no input of ours, by its first bytes, and what to do instead. */
const foreign: readonly { readonly begins: RegExp; readonly what: string }[] = [
  {
    begins: /^\x89PNG/,
    what: 'a PNG picture: name the capture or the collapsed stacks that it was drawn from',
  },
  { begins: /^\x7fELF/, what: 'a program: trace it with -c' },
  { begins: /^PERFILE2/, what: `data of perf record: pipe perf script through ${perfCollapsers}` },
  // An event, then frames: a tab and an address of 16 columns. With --header there are pages of comments first.
  {
    begins:
      /^(?:# ========\n# captured on|(?:#.*\n|\n)*[^\d\n]*\d[^:\n]*:.*\n[\t ][ \da-f]{15}[\da-f] )/,
    what: `output of perf script: pipe it through ${perfCollapsers}`,
  },
  {
    begins: /^(?:#.*\n|\n)*.* \d+(?:\/\d+)? +(?:\[\d+\] +)?\d+\.\d{6,9}: .*: +[\da-f]+ .*\)\n/,
    what: 'output of perf script, and without stacks: record with perf record -g',
  },
  { begins: /^\s*\{"/, what: 'JSON, and no capture, or one whose first line is missing' },
  { begins: /^[^\n]*\0/, what: 'binary data, and no collapsed stacks' },
];

/** What a file that begins so is, where it is surely not collapsed stacks; else undefined. */
export function foreignKind(first: Uint8Array): string | undefined {
  const text = Buffer.from(first.subarray(0, peekedBytes)).toString('latin1');
  return foreign.find(({ begins }) => begins.test(text))?.what;
}
