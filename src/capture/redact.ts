import { baseName, redactedHost, withoutFolders } from '../profile/redact.ts';

/**
 * A capture on its way, without host name, folders of files and arguments of programs: see
 * bpf/README.md for its lines. What is not understood is left out, so that nothing slips through.
 */
export async function* redactedCapture(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let begun = '';
  for await (const chunk of chunks) {
    const lines = (begun + decoder.decode(chunk, { stream: true })).split('\n');
    begun = lines.pop()!;
    if (lines.length > 0) yield Buffer.from(lines.map(redactedLine).join(''));
  }
  if (begun !== '') yield Buffer.from(redactedLine(begun));
}

type Fields = Record<string, unknown>;

function redactedLine(line: string): string {
  const fields = parsed(line);
  return fields === undefined ? '' : `${JSON.stringify(redactedFields(fields))}\n`;
}

function parsed(line: string): Fields | undefined {
  try {
    return JSON.parse(line) as Fields;
  } catch {
    return undefined;
  }
}

/** The keys that hold what somebody has named, in whatever line they are. */
function redactedFields(fields: Fields): Fields {
  const copy = { ...fields };
  for (const [key, redact] of Object.entries(redactions))
    if (copy[key] !== undefined) copy[key] = redact(copy[key]);
  return copy;
}

const base = (value: unknown) => baseName(String(value));

const redactions: Readonly<Record<string, (value: unknown) => unknown>> = {
  host: () => redactedHost,
  name: (value) => withoutFolders(String(value)),
  label: (value) => withoutFolders(String(value)),
  file: base,
  executable: base,
  path: base,
  // The program without its arguments.
  command: (words) => (words as readonly string[]).slice(0, 1).map(base),
  allocators: (files) => (files as readonly Fields[]).map(redactedFields),
};
