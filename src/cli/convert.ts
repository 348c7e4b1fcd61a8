import type { Profile } from '../profile.ts';
import { qualityLines, qualityProblems } from '../stack-quality.ts';
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
import { screenOn } from './terminal.ts';

export interface Conversion {
  readonly file: string | undefined;
  readonly input: InputOptions;
  readonly outputs: readonly string[];
  /** The first is what goes to stdout when there is no output. */
  readonly kinds: readonly [ProfileOutputKind, ...ProfileOutputKind[]];
}

/** Reads one file and writes it as something else; the exit code. Throws a UserError. */
export async function convert({ file, input, outputs, kinds }: Conversion): Promise<number> {
  for (const path of outputs) kindOf(path, kinds);
  const { warnings, ...source } = await readInput(file, input);
  const remarks: string[] = [];
  const onRemark = (line: string) => remarks.push(line);
  if (outputs.length > 0) await writeFiles({ outputs, kinds }, source, onRemark);
  else await writeStdout(await kinds[0].text(source, onRemark));
  const screen = screenOn(process.stderr);
  for (const line of [...warnings, ...remarksOn(source.profile), ...remarks]) screen.line(line);
  return 0;
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
