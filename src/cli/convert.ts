import { redacted } from '../profile/redact.ts';
import { qualityLines, qualityProblems } from '../profile/stack-quality.ts';
import type { Profile } from '../profile.ts';
import type { SvgOptions } from '../render/svg.ts';
import { type InputOptions, readInput } from './input.ts';
import { catchSignals } from './interruption.ts';
import { omissionLines } from './omissions.ts';
import {
  discardOutputs,
  kindOf,
  openOutputs,
  type ProfileOutputKind,
  writeOutput,
} from './outputs.ts';
import type { Source } from './pictures.ts';
import { writeStdout } from './stdout.ts';
import { stderrScreen } from './terminal.ts';
import { ownCommand, type TicketChoice } from './ticket-options.ts';

export interface Conversion extends Partial<TicketChoice> {
  readonly file: string | undefined;
  readonly input: InputOptions;
  readonly outputs: readonly string[];
  /** The first is what goes to stdout when there is no output. */
  readonly kinds: readonly [ProfileOutputKind, ...ProfileOutputKind[]];
  /** What there is to say of the command line. */
  readonly remarks?: readonly string[];
  /** Of the picture of a ticket. */
  readonly look?: SvgOptions;
}

/** Reads one file and writes it as something else; the exit code. Throws a UserError. */
export async function convert(conversion: Conversion): Promise<number> {
  const { file, input, outputs, kinds, redact = false } = conversion;
  for (const path of outputs) kindOf(path, kinds);
  const { warnings, ...read } = await readInput(file, input);
  const source = redact ? redactedSource(read) : read;
  const remarks = [...(conversion.remarks ?? [])];
  const onRemark = (line: string) => remarks.push(line);
  if (outputs.length > 0) await writeFiles({ outputs, kinds }, source, onRemark);
  else if (conversion.ticket === undefined)
    await writeStdout(await kinds[0].text(source, onRemark));
  await ticketOf(source, conversion);
  const screen = stderrScreen();
  for (const line of [...warnings, ...remarksOn(source.profile), ...remarks]) screen.line(line);
  return 0;
}

/** Writes the ticket, if one is wanted. Throws a UserError for what cannot be written. */
export async function ticketOf(
  source: Source,
  { ticket, redact = false, look = {} }: Pick<Conversion, 'ticket' | 'redact' | 'look'>,
): Promise<void> {
  if (ticket === undefined) return;
  const { writeTicket } = await import('./ticket.ts');
  await writeTicket(source, { folder: ticket, look, command: ownCommand(redact) });
}

function redactedSource({ profile, otherViews }: Source): Source {
  return {
    profile: redacted(profile),
    ...(otherViews && { otherViews: () => otherViews().map(redacted) }),
  };
}

/** Of stacks that are as they should be there is nothing to say. */
export function remarksOn({ meta }: Profile): string[] {
  const { estimated, notes = [], stacks } = meta;
  const problems = qualityProblems(stacks);
  return [
    ...(estimated === undefined ? [] : [`estimated: ${estimated}`]),
    ...notes.map((note) => `note: ${note}`),
    ...omissionLines(meta),
    ...(problems.length > 0 ? [...qualityLines(stacks), ...problems] : []),
  ];
}

/** Writes all files, or says which could not be written. Throws a UserError. */
export async function writeFiles(
  { outputs: paths, kinds }: Pick<Conversion, 'outputs' | 'kinds'>,
  source: Source,
  onRemark: (line: string) => void,
): Promise<void> {
  // Being asked to end must not leave half a file beside its place.
  const interruption = catchSignals();
  const outputs = await openOutputs(paths, kinds);
  try {
    for (const output of outputs) await writeOutput(output, source, onRemark);
  } finally {
    await discardOutputs(outputs);
    interruption.release();
  }
}
