import type { ArgumentsCamelCase, Argv } from 'yargs';
import { UserError } from '../errors.ts';
import { type DiffOptions, diff as diffRuns } from '../fold/diff.ts';
import { diffOtherMeasures } from '../fold/diff-measures.ts';
import type { Run, Threshold } from '../fold/runs.ts';
import { views } from '../fold/views.ts';
import { rangeOf, type Side, sides } from '../profile/differential.ts';
import type { DifferentialRun } from '../profile/metadata.ts';
import { redacted } from '../profile/redact.ts';
import { columnNamed, type Profile, sumOf } from '../profile.ts';
import type { SvgOptions } from '../render/svg.ts';
import { formatAmount } from '../units.ts';
import { defineCommand } from './command.ts';
import { remarksOn, ticketOf, writeFiles } from './convert.ts';
import { diffJson } from './diff-json.ts';
import { diffFlags, diffOptionsOf, type Files, filesOf, sizeOrShare } from './diff-options.ts';
import { type InputOptions, viewOf } from './input.ts';
import { readInputs } from './inputs.ts';
import { checkEmbed, lookFlags, lookNeedless, lookOf, lookUnused } from './look-options.ts';
import { several, single } from './numbers.ts';
import {
  collapsedText,
  kindOf,
  type ProfileOutputKind,
  pictureOutput,
  profileOutputs,
  suffixList,
} from './outputs.ts';
import { pictures } from './pictures.ts';
import { unitOf } from './render.ts';
import { residentChoiceOf, residentFlags } from './resident-options.ts';
import { frameChoiceOf, frameFlags } from './stack-options.ts';
import { writeStdout } from './stdout.ts';
import { stderrScreen } from './terminal.ts';
import { ticketChoiceOf, ticketFlags } from './ticket-options.ts';
import { tableFlags, tableOptionsOf, tableText } from './top.ts';

export const diff = defineCommand({
  command: 'diff [old] [new]',
  describe: 'what changed between two captures or stacks',
  options,
  run: (args) => run(args),
});

/** `--fail-above` was exceeded. */
const grewTooMuch = 3;

const text = { type: 'string', requiresArg: true } as const;
const flag = { type: 'boolean' } as const;

function options(parser: Argv) {
  return parser
    .usage('$0 diff OLD NEW: captures or collapsed stacks, in any mix; - is stdin')
    .positional('old', { type: 'string', describe: 'before' })
    .positional('new', { type: 'string', describe: 'after' })
    .options({
      ...diffFlags,
      view: { ...text, choices: views, describe: 'of captures (unfreed if they have frees)' },
      ...frameFlags,
      ...residentFlags,
      top: tableFlags.top,
      ...lookFlags,
      json: { ...flag, describe: 'on stdout, instead of the table' },
      folded: { ...flag, alias: 'f', describe: 'collapsed, two counts a line, on stdout' },
      output: { ...text, alias: 'o', describe: `file(s): ${suffixList(profileOutputs)}, and .gz` },
      ...ticketFlags,
      'fail-above': { ...text, describe: 'exit with 3 if it grew by more: 1M, 5%' },
    })
    .example('$0 diff old.capture new.capture', 'table of what changed')
    .example('$0 diff --before a1 a2 --after b1 b2', 'mark what merely fluctuates')
    .example('$0 diff a b -f | flamegraph.pl > diff.svg', '');
}

type Options = ReturnType<typeof options> extends Argv<infer Found> ? Found : never;
type Args = ArgumentsCamelCase<Options>;

async function run(args: Args): Promise<number> {
  const how = diffOptionsOf(args);
  const files = filesOf({ ...args, files: [args.old, args.new] });
  const outputs = several(args.output, '--output');
  // Nothing is kept of colours that mean something: a palette is only said to be ignored.
  const look = { ...lookOf(args), ...(args.cp && { palette: {} }) };
  checkEmbed(look, outputs);
  const kinds = outputKinds(look);
  const isDrawn = outputs.map((path) => kindOf(path, kinds)).some((kind) => kind !== kinds[0]);
  if (args.json && args.folded) throw new UserError('either --json or -f on stdout, not both', 2);
  const tickets = ticketChoiceOf(args);
  const stdout = stdoutOf(args, outputs.length > 0 || tickets.ticket !== undefined);
  const limit = failAboveOf(args, how);
  const screen = stderrScreen();
  const { runs, warnings } = await readRuns(files, inputOf(args));
  const whole = diffRuns(runs, how);
  const shown = (each: Profile) => (tickets.redact ? redacted(each) : each);
  const profile = shown(whole);
  const otherViews = () => diffOtherMeasures(runs, how).map(shown);
  await writeFiles({ outputs, kinds }, { profile, otherViews }, screen.line);
  await writeStdout(stdout(profile));
  await ticketOf({ profile }, { ...tickets, look });
  const excess = limit === undefined ? undefined : excessOf(profile, limit);
  const unused = (isDrawn || tickets.ticket !== undefined ? lookNeedless : lookUnused)(args);
  const remarks = [...warnings, ...remarksOn(profile), ...unused, ...(excess ?? [])];
  for (const line of remarks) screen.line(line);
  return excess === undefined ? 0 : grewTooMuch;
}

function inputOf(args: Args): InputOptions {
  return {
    view: viewOf(args.view),
    frames: frameChoiceOf(args),
    resident: residentChoiceOf(args),
    unit: unitOf(single(args.countname, '--countname')),
    // What a program leaves that is mended.
    mayBeEmpty: true,
  };
}

function outputKinds(look: SvgOptions): readonly [ProfileOutputKind, ...ProfileOutputKind[]] {
  return [profileOutputs[0], ...pictures.map((kind) => pictureOutput(kind, look))];
}

function stdoutOf(
  args: Args,
  hasOutputs: boolean,
): (profile: Profile) => Iterable<string | Uint8Array> {
  if (args.json) return diffJson;
  if (args.folded) return collapsedText;
  if (hasOutputs) return () => [];
  const table = tableOptionsOf(args);
  return (profile) => tableText(profile, table);
}

async function readRuns(files: Files, input: InputOptions) {
  const all = sides.flatMap((side) => files[side].map((path) => ({ side, path })));
  const inputs = await readInputs(
    all.map(({ path }) => (path === '-' ? undefined : path)),
    input,
  );
  const runs: Record<Side, Run[]> = { before: [], after: [] };
  const said = new Map<string, Set<string>>();
  const warnings = inputs.flatMap(({ profile, warnings }, index) => {
    const { side, path } = all[index]!;
    runs[side].push({ name: path === '-' ? 'stdin' : path, profile });
    for (const remark of remarksOn(profile))
      said.set(remark, (said.get(remark) ?? new Set()).add(path));
    return warnings;
  });
  return { runs, warnings: [...warnings, ...remarksOnFiles(said)] };
}

/** What several files have in common is said once, with all their names. */
function remarksOnFiles(said: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return [...said].map(([remark, paths]) => `${[...paths].join(', ')}: ${remark}`);
}

/** Throws a UserError for a limit that is none, and where both totals are made equal: nothing would ever be above it. */
function failAboveOf({ failAbove }: Args, { normalize }: DiffOptions): Threshold | undefined {
  const limit = sizeOrShare(failAbove, '--fail-above');
  if (limit !== undefined && (normalize === 'before' || normalize === 'after'))
    throw new UserError(
      `--fail-above never fails where --normalize ${normalize} makes totals equal`,
      2,
    );
  return limit;
}

/** What to say when the total grew by more than the limit; undefined when it did not. */
function excessOf(profile: Profile, limit: Threshold): string[] | undefined {
  const { unit } = profile.columns[0]!;
  const [before, after] = sides.map((side) => sumOf(columnNamed(profile, side)));
  const most = 'amount' in limit ? limit.amount : limit.share * before!;
  const growth = after! - before!;
  if (growth <= most) return undefined;
  const words = limitWords(limit, formatAmount(Math.floor(most), unit));
  const grew = `memstacks: grew by ${formatAmount(growth, unit)}, more than the --fail-above of ${words}`;
  const { before: runsBefore, after: runsAfter } = profile.meta.differential!;
  const range = rangeOfTotals(runsBefore) + rangeOfTotals(runsAfter);
  if (growth > range) return [grew];
  return [`${grew}; but the runs of a side differ by as much (${formatAmount(range, unit)})`];
}

function limitWords(limit: Threshold, amount: string): string {
  return 'share' in limit ? `${Number((100 * limit.share).toPrecision(12))}% (${amount})` : amount;
}

/** How far apart the totals of a side lie, scaled as they are compared. */
function rangeOfTotals(runs: readonly DifferentialRun[]): number {
  return rangeOf(runs.map(({ total, factor }) => Math.round(total * factor)));
}
