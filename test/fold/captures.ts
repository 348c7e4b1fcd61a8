import { PathTable } from '../../src/capture/paths.ts';
import { originOf } from '../../src/capture/walked-stack.ts';
import type {
  Capture,
  CaptureFrame,
  CaptureHeader,
  CaptureModule,
  CaptureStack,
} from '../../src/capture.ts';

export const libc = '/usr/lib/x86_64-linux-gnu/libc.so.6';

/** A frame: `malloc@/path/of/module`, `+1234@/path` without a name, `0x7f00`, `[remark]`, or as it is in the type. */
export type FrameText = string | CaptureFrame;

export interface StackFields extends Partial<Omit<CaptureStack, 'path'>> {
  /** Root first. */
  readonly frames: readonly FrameText[];
}

export interface CaptureFields {
  readonly header?: Partial<CaptureHeader>;
  /** What is known of a module besides its path. */
  readonly modules?: Readonly<Record<string, Partial<CaptureModule>>>;
  /** Of the only process: functions by path. */
  readonly allocators?: Readonly<Record<string, readonly string[]>>;
  readonly stacks: readonly StackFields[];
}

const weight = { bytes: 100, calls: 1 };

/** A capture of one process; a stack weighs 100 bytes in 1 call unless it says otherwise. */
export function captureOf({ header, modules = {}, allocators, stacks }: CaptureFields): Capture {
  const paths: string[] = [];
  const frames: CaptureFrame[] = [];
  const enter = (text: FrameText): number => {
    const frame = frameOf(text, paths);
    const known = frames.findIndex((each) => JSON.stringify(each) === JSON.stringify(frame));
    return known >= 0 ? known : frames.push(frame) - 1;
  };
  const table = new PathTable();
  const numbered = stacks.map(({ frames: texts, ...fields }) => ({
    process: 0,
    alloc: weight,
    unfreed: fields.alloc ?? weight,
    ...fields,
    path: table.enter(originOf(fields.process ?? 0, fields.walkEnd), texts.map(enter)),
  }));
  return {
    header: { ...plainHeader, ...header },
    processes: [{ ...plainProcess, allocators: listed(allocators ?? { [libc]: ['malloc'] }) }],
    modules: paths.map((path) => ({ path, ...modules[path] })),
    frames,
    paths: table.paths(),
    stacks: numbered,
    truncated: true,
  };
}

function frameOf(text: FrameText, paths: string[]): CaptureFrame {
  if (typeof text !== 'string') return text;
  if (/^0x/.test(text)) return { kind: 'address', address: Number(text) };
  if (/^\[/.test(text)) return { kind: 'label', label: text.slice(1, -1) };
  const [, name, path] = /^(.*)@(.*)$/.exec(text)!;
  const known = paths.indexOf(path!);
  const module = known >= 0 ? known : paths.push(path!) - 1;
  if (/^\+/.test(name!)) return { kind: 'offset', module, offset: Number(name) };
  return { kind: 'function', name: name!, module };
}

function listed(functions: Readonly<Record<string, readonly string[]>>) {
  return Object.entries(functions).map(([path, names]) => ({ path, functions: names }));
}

export const plainHeader: CaptureHeader = {
  kind: 'heap',
  tool: 'memstacks 0.1.0',
  host: 'web1',
  kernel: '6.1.0',
  machine: 'x86_64',
  pageSize: 4096,
  start: '2026-11-21T06:14:00.123Z',
  end: '2026-11-21T06:14:05.125Z',
  durationMs: 5002,
  mode: 'full',
  stop: 'duration',
  unwind: 'auto',
  filters: { minSize: 0, maxSize: null, olderMs: 0 },
  limits: { maxFrames: 127, maxStacks: 65536, maxLive: 1000000 },
};

const plainProcess = {
  pid: 1234,
  name: 'server',
  command: ['./server'],
  allocators: [],
  state: 'running',
  execs: 0,
  forks: 0,
} as const;
