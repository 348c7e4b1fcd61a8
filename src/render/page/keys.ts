import { reset, type Session, search, setCurrent, showField, step, zoom } from './session.ts';
import { boxesOf, everything, isEverything, targetOf } from './view.ts';

/** Ctrl-F a second time is left to the browser, whose own search sees the labels only. */
export function onShortcut(session: Session, event: KeyboardEvent): void {
  const { field } = session.controls;
  const isTyping = document.activeElement === field;
  const isFind = (event.ctrlKey || event.metaKey) && event.key === 'f';
  if (event.key === 'F3' && session.query.text !== '') {
    event.preventDefault();
    step(session, event.shiftKey ? -1 : 1);
  } else if ((isFind || event.key === 'F3') && !isTyping) {
    event.preventDefault();
    field.focus();
  } else if (event.key === 'Escape' && !isTyping) {
    reset(session);
  }
}

/** In the field Escape ends the search only, so that a zoom survives it. */
export function onTyping(session: Session, event: KeyboardEvent): void {
  const { key } = event;
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (key === 'Enter') step(session, event.shiftKey ? -1 : 1);
  else if (key === 'Escape') endSearch(session);
  else if (key === 'Backspace') erase(session);
  else if (!isPlain && key === 'a') selectAll(session, true);
  else if (/^(Arrow|Home|End)/.test(key)) selectAll(session, false);
  else if (key.length === 1 && isPlain) write(session, key);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function endSearch(session: Session): void {
  search(session, { text: '' });
  session.controls.field.blur();
}

/** Puts text behind what is in the search field, or in its place where that is selected. */
export function write(session: Session, text: string): void {
  const kept = session.isAllSelected ? '' : session.query.text;
  session.isAllSelected = false;
  search(session, { text: kept + text });
}

function erase(session: Session): void {
  const kept = session.isAllSelected ? [] : Array.from(session.query.text).slice(0, -1);
  session.isAllSelected = false;
  search(session, { text: kept.join('') });
}

/** Selects all of the search field, or nothing. */
export function selectAll(session: Session, isAllSelected: boolean): void {
  session.isAllSelected = isAllSelected;
  showField(session);
}

/** Arrows go from frame to frame, as they lie in the picture; Enter zooms. */
export function onFrameKey(session: Session, event: KeyboardEvent): void {
  const { chart, current } = session;
  const boxes = boxesOf(chart);
  if (event.key === 'Enter' || event.key === ' ') {
    if (current < 0) return;
    const target = targetOf(boxes[current]!);
    zoom(session, isEverything(target) ? everything : target);
    setCurrent(session, boxes === boxesOf(chart) ? current : firstOf(session));
  } else {
    const to = neighbour(session, event.key);
    if (to === undefined) return;
    setCurrent(session, to);
  }
  event.preventDefault();
  event.stopPropagation();
}

/** Of what is zoomed to. */
export function firstOf({ chart }: Session): number {
  const { node } = chart.target;
  return Math.max(
    boxesOf(chart).findIndex((box) => box.node === node && box.gathered === 0),
    0,
  );
}

function neighbour({ chart, current }: Session, key: string): number | undefined {
  const boxes = boxesOf(chart);
  const from = boxes[current];
  if (from === undefined || key === 'Home') return key === 'Home' ? 0 : undefined;
  const { inverted } = chart.look;
  const end = from.start + from.weight;
  const found = (index: number): number | undefined => (index < 0 ? undefined : index);
  if (key === (inverted ? 'ArrowDown' : 'ArrowUp'))
    return found(
      boxes.findIndex((box, at) => at > current && box.depth === from.depth + 1 && box.start < end),
    );
  if (key === (inverted ? 'ArrowUp' : 'ArrowDown'))
    return found(lastIndex(current, (at) => boxes[at]!.depth === from.depth - 1));
  if (key === 'ArrowLeft')
    return found(lastIndex(current, (at) => boxes[at]!.depth === from.depth));
  if (key === 'ArrowRight')
    return found(boxes.findIndex((box, at) => at > current && box.depth === from.depth));
  return undefined;
}

/** The last index below `end` for which it holds. */
function lastIndex(end: number, holds: (at: number) => boolean): number {
  let at = end - 1;
  while (at >= 0 && !holds(at)) at--;
  return at;
}
