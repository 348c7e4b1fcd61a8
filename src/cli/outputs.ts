import { basename } from 'node:path';
import { writeCollapsed, writeDifferential } from '../collapsed.ts';
import { UserError } from '../errors.ts';
import type { Profile } from '../profile.ts';
import type { SvgOptions } from '../render/svg.ts';
import type { OutputFile } from './output-file.ts';
import { type PictureKind, pictures, type Source } from './pictures.ts';
import { writeEach } from './write-each.ts';

/** What a file's suffix asks for. */
export interface OutputKind {
  readonly suffixes: readonly string[];
  readonly what: string;
  /** Missing: the file is the capture itself, as the helper wrote it. */
  readonly text?: (source: Source, onRemark: OnRemark) => Promise<Iterable<string | Uint8Array>>;
}

/** Called with what the user should know of an output. */
type OnRemark = (line: string) => void;

/** An output that is made of a profile. */
export type ProfileOutputKind = OutputKind & Required<Pick<OutputKind, 'text'>>;

/** What can be made of a profile. A new output is one file and its line here. */
export const profileOutputs: readonly [ProfileOutputKind, ...ProfileOutputKind[]] = [
  {
    suffixes: ['.folded', '.stacks'],
    what: 'collapsed stacks',
    text: async ({ profile }) => collapsedText(profile),
  },
  ...pictures.map((kind) => pictureOutput(kind, {})),
];

/** What a trace can be written as. */
export const traceOutputs: readonly OutputKind[] = [
  ...profileOutputs,
  { suffixes: ['.capture'], what: 'everything, to fold later' },
];

/** Of a differential with both of its counts. */
export function collapsedText(profile: Profile): Iterable<Uint8Array> {
  return profile.meta.differential ? writeDifferential(profile) : writeCollapsed(profile);
}

/** A picture, drawn as the options say. */
export function pictureOutput({ draw, ...kind }: PictureKind, look: SvgOptions): ProfileOutputKind {
  return {
    ...kind,
    text: (source, onRemark) => draw(source, { ...countNameOf(source.profile), ...look, onRemark }),
  };
}

/** What collapsed stacks count is anybody's guess: samples is what they had first. */
function countNameOf({ columns }: Profile): SvgOptions {
  return columns[0]!.name === 'samples' ? { countName: 'samples' } : {};
}

/** A file that is open for what its suffix asks for. */
export interface Output {
  readonly file: OutputFile;
  readonly text?: OutputKind['text'];
}

type Suffixed = Pick<OutputKind, 'suffixes'>;

/** Every suffix that may be asked for, as a list in words. */
export function suffixList(kinds: readonly Suffixed[]): string {
  return kinds.flatMap(({ suffixes }) => suffixes).join(' ');
}

/** The kind that `path` ends like, before a `.gz`. Throws a UserError when there is none. */
export function kindOf<Kind extends Suffixed>(path: string, kinds: readonly Kind[]): Kind {
  if (path === '-')
    throw new UserError('-o - is not for stdout: use -f, or no -o where stdout is the default', 2);
  const name = basename(path).replace(/\.gz$/, '');
  const kind = kinds.find(({ suffixes }) => suffixes.some((suffix) => name.endsWith(suffix)));
  if (kind) return kind;
  throw new UserError(
    `-o ${path}: the suffix chooses the format, one of ${suffixList(kinds)}, each also with .gz`,
    2,
  );
}

/** Opens every output, or none: throws a UserError for the first that cannot be written. */
export async function openOutputs(
  paths: readonly string[],
  kinds: readonly OutputKind[],
): Promise<Output[]> {
  // Without an output there is nothing to load.
  if (paths.length === 0) return [];
  const { openOutput } = await import('./output-file.ts');
  const wanted = [...new Set(paths)].map((path) => ({ path, kind: kindOf(path, kinds) }));
  const outputs: Output[] = [];
  try {
    for (const { path, kind } of wanted) {
      const options = { gzip: path.endsWith('.gz'), keepPartial: kind.text === undefined };
      outputs.push({ file: await openOutput(path, options), text: kind.text });
    }
    return outputs;
  } catch (error) {
    await discardOutputs(outputs);
    throw error;
  }
}

/** Writes one output and puts it in its place. Throws a UserError when that fails. */
export async function writeOutput(
  { file, text }: Output,
  source: Source,
  onRemark: OnRemark,
): Promise<void> {
  const remark = (line: string) => onRemark(`${file.path}: ${line}`);
  if (text) await writeEach(await text(source, remark), (chunk) => file.write(chunk));
  await file.finish();
}

/** Leaves nothing behind of the outputs that are not finished. */
export async function discardOutputs(outputs: readonly Output[]): Promise<void> {
  for (const { file } of outputs) await file.discard();
}
