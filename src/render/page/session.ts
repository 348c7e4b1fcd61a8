import type { NodeIndex } from '../../profile.ts';
import { formatShare } from '../../units.ts';
import { roomFor } from '../draw.ts';
import { type Font, fitText, widthOf } from '../labels.ts';
import type { Box, Target } from '../layout.ts';
import { addressOf, placeIn } from './address.ts';
import { type Controls, showQuery } from './controls.ts';
import { type Details, fitDetails } from './details.ts';
import { setShown } from './elements.ts';
import { type Found, find, nothing } from './find.ts';
import { updateLegend } from './legend.ts';
import { matcherFor, type Query } from './query.ts';
import { foundInWords, highlight, matchesInWords } from './search.ts';
import { boxesOf, type Chart, everything, isEverything, zoomTo } from './view.ts';

/** One reader's view of one picture. */
export interface Session {
  readonly chart: Chart;
  readonly controls: Controls;
  readonly details: Element;
  /** Shown in the details line while no frame is pointed at. */
  readonly total: string;
  /** The picture is the whole document, and the address its own. */
  readonly isDocument: boolean;
  query: Query;
  /** Of the search field, once it is come to: what is typed replaces the text. */
  isAllSelected: boolean;
  found: Found;
  /** Of the match stepped to; -1 before the first step. */
  match: number;
  /** Index of the box that the keyboard is at; -1 for none. */
  current: number;
  /** Pixels of the picture that the window has room for; of one among others in a page all. */
  width: number;
}

/** Part of the details line. */
const mostForFound = 0.65;

export function zoom(session: Session, target: Target): void {
  setCurrent(session, -1);
  zoomTo(session.chart, target);
  updateLegend(session.chart);
  refresh(session);
}

export function search(session: Session, change: Partial<Query>): void {
  session.query = { ...session.query, ...change };
  session.match = -1;
  refresh(session);
}

export function reset(session: Session): void {
  session.query = { ...session.query, text: '' };
  session.match = -1;
  zoom(session, everything);
}

/** Shows what the zoom and the search are, and keeps them in the address. */
export function refresh(session: Session): void {
  const { chart, controls, query, isDocument } = session;
  const matcher = query.text === '' ? undefined : matcherFor(query);
  session.found = matcher === undefined ? nothing : find(chart.model(), matcher);
  highlight(chart, session.found);
  setPressed(controls.caseButton, query.isCaseSensitive);
  setPressed(controls.regExpButton, query.isRegExp);
  controls.field.classList.toggle('wrong', query.text !== '' && matcher === undefined);
  controls.found.textContent = inWords(session, matcher);
  showField(session);
  setShown(controls.reset, !isEverything(chart.target) || query.text !== '');
  for (const step of [controls.previous, controls.next])
    setShown(step, session.found.nodes.length > 0);
  showDetails(session, undefined);
  if (isDocument) keepAddress(session);
}

/** Shows what is typed into the search field. */
export function showField({ controls, query, isAllSelected }: Session): void {
  const { text } = query;
  const isTyping = document.activeElement === controls.field;
  showQuery(controls, { text, isTyping, isSelected: isTyping && isAllSelected && text !== '' });
}

function inWords(session: Session, matcher: RegExp | undefined): string {
  const { chart, query, found, match } = session;
  if (query.text === '') return '';
  if (matcher === undefined) return 'not a regular expression';
  const [words, few] = foundInWords(chart, found, match);
  const font = fontOf(session);
  const room = roomFor(session);
  return widthOf(words, font) > room * mostForFound ? fitText(few, font, room) : words;
}

function fontOf({ chart, details }: Session): Font {
  return { family: chart.look.font.family, size: Number(details.getAttribute('font-size')) };
}

function setPressed(button: SVGElement, isPressed: boolean): void {
  button.classList.toggle('pressed', isPressed);
  button.setAttribute('aria-pressed', String(isPressed));
}

function keepAddress({ chart, query }: Session): void {
  const address = addressOf(chart.model(), { target: chart.target, query });
  try {
    if (address !== undefined && address !== location.hash)
      history.replaceState(null, '', address || location.pathname + location.search);
  } catch {
    // A frame without rights of its own has no address to keep anything in.
  }
}

/** What the address says. */
export function followAddress(session: Session): void {
  if (location.hash === '' && !new URLSearchParams(location.search).has('s')) return;
  const { target, query } = placeIn(session.chart.model(), location);
  session.query = query;
  session.match = -1;
  zoom(session, target);
}

/** To the next match, or by -1 to the one before; where it is too narrow it is zoomed to. */
export function step(session: Session, by: 1 | -1): void {
  const { nodes } = session.found;
  if (nodes.length === 0) return;
  const from = session.match < 0 && by < 0 ? 0 : session.match;
  const match = (from + by + nodes.length) % nodes.length;
  const node = nodes[match]!;
  if (boxIndexOf(session.chart, node) < 0) zoom(session, { node });
  session.match = match;
  refresh(session);
  setCurrent(session, boxIndexOf(session.chart, node));
}

function boxIndexOf(chart: Chart, node: NodeIndex): number {
  return boxesOf(chart).findIndex((box) => box.node === node && box.gathered === 0);
}

/** Marks the box that the keyboard is at, and shows it. */
export function setCurrent(session: Session, index: number): void {
  const { chart, isDocument } = session;
  const groups = chart.shown.children;
  groups[session.current]?.classList.remove('current');
  session.current = index;
  if (index < 0) return;
  groups[index]!.classList.add('current');
  showDetails(session, index);
  if (isDocument) groups[index]!.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** The frame pointed at, else the one zoomed to, else the total, in what the search leaves of the line. */
export function showDetails(session: Session, index: number | undefined): void {
  const { controls, details, total } = session;
  const font = fontOf(session);
  const found = controls.found.textContent!;
  const room = roomFor(session) - (found === '' ? 0 : widthOf(found, font) + 20);
  const box = boxAt(session, index);
  details.textContent =
    box === undefined
      ? fitText(total, font, room)
      : fitDetails(detailsOf(session, box), font, room);
}

function boxAt({ chart, current }: Session, index: number | undefined): Box | undefined {
  const at = index ?? (current >= 0 ? current : undefined);
  if (at === undefined && isEverything(chart.target)) return undefined;
  const boxes = boxesOf(chart);
  return boxes[at ?? boxes.findIndex(({ node }) => node === chart.target.node)]!;
}

function detailsOf({ chart, found }: Session, box: Box): Details {
  const { name, tooltip } = chart.model().face(box);
  const [first, ...lines] = tooltip;
  const more = [...lines.map((line) => ` ${line}`), matchesInWords(chart, found, box)].join('');
  return {
    before: `${chart.look.nameType} `,
    name,
    numbers: first!.slice(name.length),
    more: more + shareOfTarget(chart, box),
  };
}

/** A width of a differential is no share of anything. */
function shareOfTarget(chart: Chart, box: Box): string {
  const { node } = chart.target;
  const { tree, changeAt } = chart.model();
  const zoomed = tree.total[node]!;
  if (node === 0 || box.weight >= zoomed || changeAt) return '';
  return `, ${formatShare(box.weight, zoomed)} of ${nameOf(chart, node)}`;
}

function nameOf(chart: Chart, node: NodeIndex): string {
  const { frame, texts } = chart.model();
  return texts[frame[node]!]?.[0] ?? 'all';
}
