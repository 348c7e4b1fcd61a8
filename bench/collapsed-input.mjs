const FUNCTIONS = 20_000;
const MAX_CALLEES = 12;
const STACKS = 4000;
const LEAST_DEPTH = 12;
const DEPTH_SPAN = 110;
const CHUNK_LINES = 1000;

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

/**
 * Collapsed stacks as a C++ program's, about 1.2 kB a line, in chunks: the same text for the same
 * number of lines and seed. Most stacks leave an earlier one near its leaf.
 */
export function* collapsedStacks(lines, seed) {
  const random = randomFrom(seed);
  const names = Array.from({ length: FUNCTIONS }, (_, i) => functionName(i));
  const stacks = Array.from({ length: STACKS }, () => firstStack(random));
  for (let done = 0; done < lines; done += CHUNK_LINES) {
    let chunk = '';
    for (let i = done; i < Math.min(lines, done + CHUNK_LINES); i++)
      chunk += collapsedLine(nextStack(stacks, random), names, random);
    yield chunk;
  }
}

/** Callees depend on their callers, and few of them are frequent. */
function call(callees, random) {
  const choice = Math.floor(MAX_CALLEES * random() ** 4);
  callees.push((Math.imul(callees.at(-1), 31_337) + choice * 7919 + 17) >>> 0);
}

function firstStack(random) {
  const depth = LEAST_DEPTH + Math.floor(DEPTH_SPAN * random() ** 10);
  return { depth, callees: [1] };
}

/** One of the stacks, of about its depth, changed at its leaf. */
function nextStack(stacks, random) {
  const { depth, callees } = stacks[Math.floor(stacks.length * random() ** 2)];
  const steps = () => Math.floor(4 * random() ** 2);
  callees.length = Math.min(callees.length, depth - 1 - steps());
  for (const end = depth + steps(); callees.length < end; ) call(callees, random);
  return callees;
}

function collapsedLine(callees, names, random) {
  const frames = callees.slice(1).map((callee) => names[callee % FUNCTIONS]);
  return `main;${frames.join(';')};malloc ${weight(random)}\n`;
}

/** A few stacks have most of the bytes: a power law. */
function weight(random) {
  return Math.floor(16 / Math.max(random(), 1e-7) ** 1.5);
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
