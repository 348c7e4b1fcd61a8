import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import type { SvgOptions } from '../render/svg.ts';
import { openOutput } from './output-file.ts';
import { collapsedText } from './outputs.ts';
import { pictures, type Source } from './pictures.ts';
import { systemReason } from './system-error.ts';
import { ticketSummary } from './ticket-summary.ts';
import { writeEach } from './write-each.ts';

/** What belongs to a ticket besides the profile. */
export interface TicketRequest {
  readonly folder: string;
  readonly look: SvgOptions;
  /** The command line that made it, as it is to be shown. */
  readonly command: string;
}

/** Trackers take 10 MiB and more; what opens at once is small. */
const mostSvgBytes = 1024 * 1024;

/** Makes the folder. Throws a UserError when that is impossible. */
export async function openTicket(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (error) {
    const reason = systemReason(error);
    throw reason ? new UserError(`cannot make the folder ${folder}: ${reason}`) : error;
  }
}

/** With those that it lies in. Node's own way does not end where none can be made, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  const isThere = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    );
  if (!(await isThere(dirname(folder)))) await makeFolder(dirname(folder));
  await mkdir(folder).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error;
  });
}

/**
 * Writes what a ticket wants into its folder: the picture, small, and as PNG where it can be made; the
 * stacks; and a summary in Markdown to paste. Throws a UserError for what cannot be written.
 */
export async function writeTicket(source: Source, request: TicketRequest): Promise<void> {
  const stacks = source.profile.meta.differential ? 'stacks.diff.folded.gz' : 'stacks.folded.gz';
  const look = { ...request.look, maxSize: mostSvgBytes };
  await openTicket(request.folder);
  await write(request, stacks, collapsedText(source.profile));
  const drawn: string[] = [];
  for (const [suffix, name] of [
    ['.svg', 'flamegraph.svg'],
    ['.png', 'preview.png'],
  ] as const) {
    const kind = pictures.find(({ suffixes }) => suffixes.includes(suffix));
    if (kind === undefined) continue;
    await write(request, name, await kind.draw(source, look));
    drawn.push(name);
  }
  const files = [...drawn, stacks];
  await write(request, 'summary.md', ticketSummary(source.profile, { ...request, files }));
}

async function write(
  { folder }: TicketRequest,
  name: string,
  chunks: Iterable<string | Uint8Array>,
): Promise<void> {
  const gzip = name.endsWith('.gz');
  const file = await openOutput(join(folder, name), { gzip, keepPartial: false });
  try {
    await writeEach(chunks, (chunk) => file.write(chunk));
    await file.finish();
  } finally {
    await file.discard();
  }
}
