const FUNCTIONS = 20_000;
const MAX_CALLEES = 12;
const STACKS = 4000;
const LEAST_DEPTH = 12;
const DEPTH_SPAN = 110;
const CHUNK_LENGTH = 1_000_000;

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
  const names = functionNames();
  const line = ({ functions, bytes }) =>
    `main;${functions.map((number) => names[number]).join(';')};malloc ${bytes}\n`;
  yield* inChunks(stacksOf(lines, seed), line);
}

/** The same stacks as a capture, as bpf/README.md has it; equal ones are several. */
export function* capture(stacks, seed) {
  yield HEADER;
  const names = ['main', 'malloc', ...functionNames()];
  yield* inChunks(names.entries(), ([frame, name]) => `${JSON.stringify({ frame, name })}\n`);
  let number = 0;
  const line = ({ functions, bytes }) => {
    const frames = [0, ...functions.map((each) => each + 2), 1];
    const weights = { alloc: [2 * bytes, 2], freed: [bytes, 1], unfreed: [bytes, 1] };
    return `${JSON.stringify({ stack: number++, process: 0, frames, ...weights })}\n`;
  };
  yield* inChunks(stacksOf(stacks, seed), line);
  const none = { alloc: [0, 0], freed: [0, 0], unfreed: [0, 0] };
  yield `${JSON.stringify({ end: { ...none, lost: {}, filtered: {}, notes: {} } })}\n`;
}

const HEADER = `${JSON.stringify({
  capture: 'heap',
  version: 1,
  tool: 'memstacks bench',
  host: 'bench',
  kernel: '6.1.0',
  machine: 'x86_64',
  page_size: 4096,
  start: '2026-01-01T00:00:00.000Z',
  end: '2026-01-01T00:01:00.000Z',
  duration_ms: 60_000,
  mode: 'full',
  stop: 'duration',
  unwind: 'auto',
  filters: { min_size: 0, max_size: null, older_ms: 0 },
  limits: { max_frames: 127, max_stacks: 1_000_000, max_live: 1_000_000 },
})}
{"process":0,"pid":1,"name":"bench","command":["bench"],"allocators":[],"state":"running","execs":0,"forks":0}
`;

function* inChunks(things, line) {
  let chunk = '';
  for (const thing of things) {
    chunk += line(thing);
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

function* stacksOf(count, seed) {
  const random = randomFrom(seed);
  const stacks = Array.from({ length: STACKS }, () => firstStack(random));
  for (let i = 0; i < count; i++) {
    const callees = nextStack(stacks, random);
    yield {
      functions: callees.slice(1).map((callee) => callee % FUNCTIONS),
      bytes: weight(random),
    };
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

/** A few stacks have most of the bytes: a power law. */
function weight(random) {
  return Math.floor(16 / Math.max(random(), 1e-7) ** 1.5);
}

function functionNames() {
  return Array.from({ length: FUNCTIONS }, (_, i) => functionName(i));
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
