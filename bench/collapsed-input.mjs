const FUNCTIONS = 20_000;
const MAX_CALLEES = 8;
const MIN_LINE_BYTES = 100;
/** A line is at most this, one name and one weight longer than the least. */
const LINE_SPAN_BYTES = 1000;

const NAMESPACES = ['net::http', 'storage', 'std', 'app::render::detail', 'base', 'db::query'];
const CLASSES = [
  'Connection',
  'BlockCache<unsigned long, Page>',
  'vector<Row, std::allocator<Row>>',
  'Parser<Utf8>',
  'LogWriter',
  'RequestQueue<Task*>',
  'basic_string<char>',
];
const VERBS = ['read', 'append', 'on_message', 'reserve', 'visit', 'make_node', 'flush', 'decode'];
const PARAMETERS = [
  '()',
  '(int)',
  '(char const*, unsigned long)',
  '(Options const&)',
  '(T&&) const',
];

/** Collapsed stacks as a C++ program's: the same text for the same number of lines and seed. */
export function collapsedStacks(lines, seed) {
  const random = randomFrom(seed);
  const names = Array.from({ length: FUNCTIONS }, (_, i) => functionName(i));
  return `${Array.from({ length: lines }, () => collapsedLine(names, random)).join('\n')}\n`;
}

/** Callees depend on the caller, and few of them are frequent, so that stacks share their roots. */
function collapsedLine(names, random) {
  const wanted = MIN_LINE_BYTES + LINE_SPAN_BYTES * random() ** 2;
  let line = 'main';
  for (let callee = 1; line.length < wanted; ) {
    const choice = Math.floor(MAX_CALLEES * random() ** 3);
    callee = (Math.imul(callee, 31_337) + choice * 7919 + 17) >>> 0;
    line += `;${names[callee % FUNCTIONS]}`;
  }
  return `${line};malloc ${16 + Math.floor(1e6 * random() ** 4)}`;
}

function functionName(index) {
  const pick = (list, step) => list[Math.floor(index / step) % list.length];
  const scope = `${pick(NAMESPACES, 1)}::${pick(CLASSES, 6)}`;
  return `${scope}::${pick(VERBS, 42)}_${index}${pick(PARAMETERS, 5)}`;
}

/** Numbers from 0 to below 1. Marsaglia's xorshift with the shifts 13, 17, 5 (2003). */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
