import { counted, formatBytes, formatCount, formatShare } from '../../../units.ts';
import { changeAmounts } from '../../change-amounts.ts';
import { changedBy } from './change.ts';
import type { PageData } from './data.ts';
import type { Model } from './model.ts';
import { sourceOf } from './search.ts';
import type { PageColumn } from './views.ts';
import type { Visible } from './visible.ts';

/** Characters of a name that a reader may want to see at once. */
const longestShown = 1000;

/** `7.9 MiB`, `15,655`. */
export function amount(weight: number, { unit }: PageColumn): string {
  return unit === 'bytes' ? formatBytes(weight) : formatCount(weight);
}

/** `7.9 MiB (8,283,750 bytes)`, `15,655 calls`. */
export function exactAmount(weight: number, column: PageColumn): string {
  const exact = `${formatCount(weight)} ${column.countName}`;
  if (column.unit !== 'bytes' || weight < 1024) return exact;
  return `${formatBytes(weight)} (${exact})`;
}

/** What a column is called, as a heading. */
export function capitalised(title: string): string {
  return title.slice(0, 1).toUpperCase() + title.slice(1);
}

/** A name of a size that can be looked at, and how much of it there is. */
export function shownName(name: string): string {
  if (name.length <= longestShown) return name;
  return `${name.slice(0, longestShown)}\u2026 (${formatCount(name.length)} characters)`;
}

/** What a frame is called; of the root what it stands for. */
export function nameOf({ source: { data }, tree, state }: Model, node: number): string {
  const frame = tree.frame[node]!;
  if (frame >= 0) return data.functions.name[data.frames.function[frame]!]!;
  const { shape } = state;
  if (!('function' in shape)) return 'all';
  return `${shape.kind} of ${data.functions.name[shape.function]!}`;
}

/** What a box is called. */
export function titleOf(model: Model, { node, gathered }: Visible): string {
  if (gathered.length > 0) return `${counted(gathered.length, 'frame')} narrower than a pixel`;
  return nameOf(model, node);
}

/** `libc.so.6 · src/a.c:12 · inlined`; only what is known. */
export function originOf(data: PageData, frame: number): string {
  if (frame < 0) return '';
  const module = data.modules[data.functions.module[data.frames.function[frame]!]!];
  const parts = [module, sourceOf(data, frame), data.frames.kinds[frame]];
  return parts.filter((part) => part).join(' \u00b7 ');
}

/** What is known of a box, line by line; the first is its name. */
export function detailsOf(model: Model, box: Visible): string[] {
  const { source, tree, state, zoom } = model;
  const { columns } = source.data.views[state.view]!;
  const total = tree.total[state.column]!;
  const isOfZoom = zoom > 0 && !box.fade;
  const ofZoom = isOfZoom
    ? `, ${formatShare(box.weight, total[zoom]!)} of the frame zoomed to`
    : '';
  const share = `${formatShare(box.weight, total[0]!)} of all${ofZoom}`;
  const title = shownName(titleOf(model, box));
  if (box.gathered.length > 0)
    return [title, exactAmount(box.weight, columns[state.column]!), share];
  const others = columns.flatMap((column, index) =>
    index === state.column ? [] : [exactAmount(tree.total[index]![box.node]!, column)],
  );
  const self = tree.self[state.column]![box.node]!;
  return [
    title,
    shownName(originOf(source.data, tree.frame[box.node]!)),
    [exactAmount(total[box.node]!, columns[state.column]!), ...others].join(' in '),
    share,
    self > 0 && self < box.weight
      ? `${exactAmount(self, columns[state.column]!)} of it itself`
      : '',
  ].filter((line) => line !== '');
}

/** `3 functions, 4.8 MiB, 50.0%`; what matches within a match counts once. */
export function foundInWords({ found, source, state, tree, functions }: Model): string {
  if (found === undefined) return '';
  if (found === 'wrong') return 'not a regular expression';
  const matching = functions.filter((each) => found.functions[each.function]).length;
  const { columns, change } = source.data.views[state.view]!;
  if (change !== undefined) {
    const changed = changedBy(change, (column) => tree.weightWith(found.frames, column));
    return `${counted(matching, 'function')}: ${changeAmounts(changed, change.scale).amount}`;
  }
  const weight = tree.weightWith(found.frames, state.column);
  const column = columns[state.column]!;
  const share = formatShare(weight, tree.total[state.column]![0]!);
  return `${counted(matching, 'function')}, ${amount(weight, column)}, ${share}`;
}
