import type { Frame } from '../frame.ts';
import { ProfileBuilder } from '../profile/builder.ts';
import { childNodes, childrenOf } from '../profile/children.ts';
import { bareDifferential, sides } from '../profile/differential.ts';
import type { NodeIndex, Profile } from '../profile.ts';
import { type DecimalCount, parseCount } from './line.ts';
import { frameOfText, marksOf } from './name.ts';

/**
 * A differential that was read as if it had one count a line, into the columns units, millionths and
 * lines that end here: the counts in the leaves' names become columns of their own.
 */
export function withFirstCounts(profile: Profile): Profile {
  const { unit } = profile.columns[0]!;
  const builder = new ProfileBuilder(
    sides.flatMap((name) => [name, `millionths ${name}`].map((column) => ({ name: column, unit }))),
  );
  const children = childrenOf(profile);
  const moved = new Int32Array(profile.parent.length);
  for (let node = 1; node < moved.length; node++) {
    const parent = moved[profile.parent[node]!]!;
    const frame = frameOf(profile, node);
    if (childNodes(children, node).length > 0)
      moved[node] = builder.child(parent, builder.frame(frame));
    const [units, millionths, lines] = profile.columns.map((column) => column.self[node]!);
    if (lines === 0) continue;
    const { name, count } = withoutCount(frame.name);
    // Nothing is left where the stack ended in a `;` before its counts.
    const leaf = name === '' ? parent : builder.child(parent, builder.frame(frameOfText(name)));
    const first = [lines! * count.units, lines! * count.millionths];
    for (const [column, weight] of [...first, units!, millionths!].entries())
      builder.add(leaf, column, weight);
  }
  return builder.build({ ...profile.meta, differential: bareDifferential });
}

function withoutCount(text: string): { name: string; count: DecimalCount } {
  const [whole, word] = /[ \t\r]+(\d+(?:\.\d*)?)$/.exec(text)!;
  const count = parseCount(new TextEncoder().encode(word))!;
  return { name: text.slice(0, -whole.length), count };
}

const million = 1_000_000;

/**
 * Makes the first of each two columns whole by handing out the second, its millionths, as whole
 * units: what is left over at one stack goes to the next, so that the total is off by half a unit at
 * most however many stacks there are. The order is that of the names, so the input's does not matter.
 */
export function withWholeCounts(profile: Profile): Profile {
  const pairs = profile.columns.flatMap((units, index, columns) =>
    index % 2 === 0 ? [{ units, millionths: columns[index + 1]!, left: million / 2 }] : [],
  );
  const builder = new ProfileBuilder(pairs.map(({ units }) => units));
  const moved = new Int32Array(profile.parent.length);
  for (const node of nodesByName(profile)) {
    const parent = moved[profile.parent[node]!]!;
    moved[node] = builder.child(parent, builder.frame(frameOf(profile, node)));
    for (const [column, pair] of pairs.entries()) {
      pair.left += pair.millionths.self[node]!;
      const whole = Math.floor(pair.left / million);
      pair.left -= whole * million;
      builder.add(moved[node]!, column, pair.units.self[node]! + whole);
    }
  }
  return builder.build(profile.meta);
}

/** All nodes but the root, parents first, siblings in the order of their names' and marks' code units. */
function* nodesByName(profile: Profile): Generator<NodeIndex> {
  const children = childrenOf(profile);
  const names = profile.frames.map((frame) => frame.name + marksOf(frame));
  const name = (node: NodeIndex) => names[profile.frame[node]!]!;
  const waiting: NodeIndex[] = [0];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node !== 0) yield node;
    const below = [...childNodes(children, node)].sort((a, b) => (name(a) < name(b) ? 1 : -1));
    for (const child of below) waiting.push(child);
  }
}

function frameOf(profile: Profile, node: NodeIndex): Frame {
  return profile.frames[profile.frame[node]!]!;
}
