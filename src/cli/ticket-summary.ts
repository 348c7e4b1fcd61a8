import { type Side, sides } from '../profile/differential.ts';
import type { DifferentialRun, Metadata } from '../profile/metadata.ts';
import { qualityLines, qualityProblems } from '../profile/stack-quality.ts';
import { type NodeIndex, type Profile, sumOf } from '../profile.ts';
import { defaultCountName, defaultSubtitle, defaultTitle } from '../render/header.ts';
import { counted, formatAmount, formatCount, formatShare } from '../units.ts';
import { omissionLines } from './omissions.ts';
import { stackLines } from './table.ts';
import { linesFor } from './tables.ts';
import { printable } from './terminal.ts';

interface Ticket {
  readonly command: string;
  /** Names of the files beside the summary. */
  readonly files: readonly string[];
}

const width = 100;
const top = 10;

/**
 * What a profile says, in Markdown to paste, in chunks of text: what and where, when, totals, how good
 * the data are, the command that made it, and the top paths. Every text that is not ours stands inside
 * of a fence that it cannot close: nothing of it becomes a link, a mention or markup.
 */
export function* ticketSummary(profile: Profile, { command, files }: Ticket): Generator<string> {
  const { meta } = profile;
  yield `# ${titleOf(meta)}\n\n`;
  yield fenced([...factLines(profile), `made by: ${command}`]);
  if (files.includes('preview.png')) yield '![flame graph](preview.png)\n\n';
  yield meta.differential ? '## What changed\n\n' : '## Top paths\n\n';
  yield fenced(tableOf(profile));
  yield '## Files\n\n';
  for (const file of files) yield `- \`${file}\`: ${fileWords[file]}\n`;
}

const fileWords: Readonly<Record<string, string>> = {
  'flamegraph.svg': 'open it in a browser to zoom and search',
  'preview.png': 'the same, still',
  'stacks.folded.gz': 'collapsed stacks: `memstacks render` and other tools draw them again',
  'stacks.diff.folded.gz':
    'collapsed stacks, before and after: `memstacks render` draws them again',
};

function titleOf(meta: Metadata): string {
  return meta.differential ? 'What changed' : defaultTitle(meta);
}

/** A code block of Markdown: its fence is longer than any run of backticks in it. */
function fenced(lines: readonly string[]): string {
  const text = lines.map(printable).join('\n');
  const runs = (text.match(/`+/g) ?? []).map((run) => run.length);
  const fence = '`'.repeat(Math.max(3, 1 + Math.max(0, ...runs)));
  return `${fence}\n${text}\n${fence}\n\n`;
}

function factLines(profile: Profile): string[] {
  const { meta } = profile;
  const { notes = [], filters = [], stacks } = meta;
  const about = defaultSubtitle(meta);
  return [
    ...(about === '' ? [] : [about]),
    ...(meta.differential ? [] : [totalLine(profile)]),
    ...(filters.length === 0 ? [] : [`only: ${filters.join(', ')}`]),
    ...notes.map((note) => `note: ${note}`),
    ...omissionLines(meta),
    ...qualityLines(stacks),
    ...qualityProblems(stacks),
    ...sides.flatMap((side) => meta.differential?.[side].flatMap(runFacts(side)) ?? []),
  ];
}

function runFacts(side: Side): (run: DifferentialRun) => string[] {
  return ({ name, meta }) => {
    const { view: _, ...run } = meta;
    const about = defaultSubtitle(run);
    const quality = [...qualityLines(meta.stacks), ...qualityProblems(meta.stacks)];
    return [
      `${side}: ${name}${about === '' ? '' : `: ${about}`}`,
      ...[...omissionLines(meta), ...quality].map((line) => `${side}: ${line}`),
    ];
  };
}

function totalLine({ columns }: Profile): string {
  const column = columns[0]!;
  const total = sumOf(column);
  const exact = `${formatCount(total)} ${unitWord(columns[0]!)}`;
  const isExact = column.unit !== 'bytes' || total < 1024;
  return `total: ${isExact ? exact : `${formatAmount(total, 'bytes')} (${exact})`}`;
}

function unitWord(column: Profile['columns'][number]): string {
  return column.name === 'samples' ? 'samples' : defaultCountName(column);
}

function tableOf(profile: Profile): string[] {
  const { meta } = profile;
  if (meta.differential || meta.snapshots)
    return linesFor(meta)(profile, { top, sort: 'size', width });
  return topLines(profile);
}

/** The heaviest stacks of any profile, whatever it counts. */
function topLines(profile: Profile): string[] {
  const { self, unit } = profile.columns[0]!;
  const total = sumOf({ self });
  const nodes = Array.from(self.keys()).filter((node) => self[node]! > 0);
  nodes.sort((a, b) => self[b]! - self[a]! || a - b);
  if (nodes.length === 0) return ['nothing was recorded'];
  const rest = nodes.slice(top);
  const restWeight = rest.reduce((sum, node) => sum + self[node]!, 0);
  const rank = (node: NodeIndex, index: number) =>
    `${String(index + 1).padStart(2)}  ${formatAmount(self[node]!, unit)}, ${formatShare(self[node]!, total)}`;
  return [
    ...nodes
      .slice(0, top)
      .flatMap((node, index) => [rank(node, index), ...stackLines(profile, node, width)]),
    ...(rest.length === 0
      ? []
      : [`not shown: ${counted(rest.length, 'stack')} with ${formatAmount(restWeight, unit)}`]),
  ];
}
