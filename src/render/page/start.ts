import { drawControls } from './controls.ts';
import { nothing } from './find.ts';
import { fitToWindow, keepInSight, placeControls, showRoot } from './in-sight.ts';
import { firstOf, onFrameKey, onShortcut, onTyping, selectAll, write } from './keys.ts';
import type { Kind } from './kind.ts';
import { listenToLegend } from './legend.ts';
import { noQuery } from './query.ts';
import {
  followAddress,
  refresh,
  reset,
  type Session,
  search,
  setCurrent,
  showDetails,
  showField,
  step,
  zoom,
} from './session.ts';
import { boxesOf, chartOf, targetOf } from './view.ts';

/** For the picture that the running script is in. */
export function start(kind: Kind): void {
  const own = document.currentScript?.closest('svg');
  if (own != null) startIn(own, kind);
}

function startIn(svg: SVGSVGElement, kind: Kind): void {
  const chart = chartOf(svg, kind);
  const details = svg.querySelector('.total')!;
  const session: Session = {
    chart,
    details,
    controls: drawControls(chart),
    total: details.textContent!,
    isDocument: (document.documentElement as Element) === svg,
    query: noQuery,
    isAllSelected: true,
    found: nothing,
    match: -1,
    current: -1,
    width: chart.look.width,
  };
  placeControls(session);
  chart.frames.classList.add('live');
  showField(session);
  listenToFrames(session);
  listenToField(session);
  listenToButtons(session);
  listenToLegend(chart, onPress);
  // Of several pictures in a page only the one that has the focus is meant.
  const listener: EventTarget = session.isDocument ? document : svg;
  listener.addEventListener('keydown', (event) => onShortcut(session, event as KeyboardEvent));
  if (session.isDocument) ownDocument(session);
  // Unpacked and laid out before somebody waits for it, and after the picture is seen.
  if ('requestIdleCallback' in window) requestIdleCallback(() => boxesOf(chart));
}

function ownDocument(session: Session): void {
  window.addEventListener('scroll', () => keepInSight(session), { passive: true });
  window.addEventListener('resize', () => {
    fitToWindow(session);
    refresh(session);
  });
  window.addEventListener('hashchange', () => followAddress(session));
  fitToWindow(session);
  showRoot(session);
  followAddress(session);
  showDetails(session, undefined);
  keepInSight(session);
}

function listenToFrames(session: Session): void {
  const { chart } = session;
  const { frames } = chart;
  frames.setAttribute('tabindex', '0');
  frames.setAttribute('role', 'group');
  frames.setAttribute('aria-label', 'Frames: arrows move, Enter zooms, Escape shows everything');
  frames.addEventListener('click', (event) => {
    const index = indexOf(session, event.target);
    if (index >= 0) zoom(session, targetOf(boxesOf(chart)[index]!));
  });
  frames.addEventListener('mouseover', (event) => {
    const index = indexOf(session, event.target);
    showDetails(session, index < 0 ? undefined : index);
  });
  frames.addEventListener('mouseleave', () => showDetails(session, undefined));
  frames.addEventListener('keydown', (event) => onFrameKey(session, event));
  frames.addEventListener('focus', () => {
    if (session.current < 0 && frames.matches(':focus-visible'))
      setCurrent(session, firstOf(session));
  });
  frames.addEventListener('blur', () => setCurrent(session, -1));
}

function indexOf({ chart }: Session, target: EventTarget | null): number {
  const group = (target as Element | null)?.closest('.f');
  return group == null ? -1 : Array.prototype.indexOf.call(chart.shown.children, group);
}

function listenToField(session: Session): void {
  const { field } = session.controls;
  const isIn = (): boolean => document.activeElement === field;
  field.addEventListener('mousedown', () => {
    if (isIn()) selectAll(session, false);
  });
  field.addEventListener('click', () => field.focus());
  field.addEventListener('focus', () => showField(session));
  // Where only the window is left, one goes on with the text as it was.
  field.addEventListener('blur', () => selectAll(session, session.isAllSelected || !isIn()));
  field.addEventListener('keydown', (event) => onTyping(session, event));
  document.addEventListener('paste', (event) => {
    if (!isIn()) return;
    event.preventDefault();
    const pasted = event.clipboardData?.getData('text/plain') ?? '';
    write(session, pasted.replace(/\s+/g, ' '));
  });
}

function listenToButtons(session: Session): void {
  const { controls } = session;
  const change = (key: 'isCaseSensitive' | 'isRegExp') =>
    search(session, { [key]: !session.query[key] });
  onPress(controls.reset, () => reset(session));
  onPress(controls.caseButton, () => change('isCaseSensitive'));
  onPress(controls.regExpButton, () => change('isRegExp'));
  onPress(controls.previous, () => step(session, -1));
  onPress(controls.next, () => step(session, 1));
  for (const toggle of [controls.caseButton, controls.regExpButton])
    keepTyping(toggle, controls.field);
}

/** Where a mouse presses a toggle, what is typed next belongs to the search. */
function keepTyping(toggle: SVGElement, field: SVGElement): void {
  toggle.addEventListener('mousedown', (event) => event.preventDefault());
  toggle.addEventListener('click', () => field.focus());
}

function onPress(button: SVGElement, action: () => void): void {
  button.addEventListener('click', action);
  button.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    action();
  });
}
