/** Counters of a running trace, since every probe was attached; 0 for what is not traced. */
export interface Status {
  readonly elapsedMs: number;
  /** Of allocating functions. */
  readonly calls: number;
  readonly allocatedBytes: number;
  readonly unfreedBytes: number;
  /** Page faults. */
  readonly faults: number;
  readonly lostCalls: number;
}

/** What the helper says while it works; bpf/README.md, "Events". */
export type CollectorEvent =
  | { readonly kind: 'tracing' | 'warning'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string; readonly exit: 1 | 2 }
  | { readonly kind: 'status'; readonly status: Status };

/**
 * One line of the event stream. A line that is no event is passed on as a warning: the helper, or a
 * library in it, had something to say.
 */
export function parseEvent(line: string): CollectorEvent {
  const fields = jsonFields(line);
  const text = String(fields.text ?? line);
  switch (fields.event) {
    case 'status':
      return { kind: 'status', status: statusOf(fields) };
    case 'error':
      return { kind: 'error', text, exit: fields.exit === 2 ? 2 : 1 };
    case 'tracing':
      return { kind: 'tracing', text };
    default:
      return { kind: 'warning', text };
  }
}

/**
 * Lines of a byte stream without their newline, the last one also when it has none. Splits at \n
 * alone: names inside of events may hold every other separator that Unicode has.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

/** Fields of a JSON object; none for any other text. */
export function jsonFields(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function statusOf(fields: Record<string, unknown>): Status {
  const number = (key: string) => Number(fields[key] ?? 0);
  return {
    elapsedMs: number('elapsed_ms'),
    calls: number('calls'),
    allocatedBytes: number('allocated_bytes'),
    unfreedBytes: number('unfreed_bytes'),
    faults: number('faults'),
    lostCalls: number('lost_calls'),
  };
}
