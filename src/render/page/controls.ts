import { padding, roomFor } from '../draw.ts';
import { create, setShown } from './elements.ts';
import type { Chart } from './view.ts';

/** What the script draws; nothing of it is there where scripts do not run. */
export interface Controls {
  /** All of them. */
  readonly group: SVGElement;
  /** Behind all of them, while they lie on the picture. */
  readonly bar: SVGElement;
  readonly reset: SVGElement;
  readonly field: SVGElement;
  readonly fieldFrame: SVGElement;
  /** Pixels. */
  fieldWidth: number;
  /** Pixels of all rows but the first. */
  moreHeight: number;
  /** Behind the text while all of it is selected. */
  readonly selection: SVGElement;
  readonly fieldText: SVGElement;
  readonly caret: SVGElement;
  readonly caseButton: SVGElement;
  readonly regExpButton: SVGElement;
  readonly previous: SVGElement;
  readonly next: SVGElement;
  readonly found: SVGElement;
}

/** Pixels of the search field: less where the picture is narrow. */
const fieldWidths = { most: 210, least: 40 };
/** Pixels of the buttons to the left of it. */
const buttonsWidth = 190;
const rowHeight = 22;
/** The first that fits. */
const hints = ['Search (Ctrl-F)', 'Search', ''];
/** Pixels that a row of controls takes where it stands above the title. */
export const rowAbove = 28;

export function drawControls(chart: Chart): Controls {
  const controls = controlsOf(chart);
  controls.field.classList.add('live');
  controls.field.append(
    controls.fieldFrame,
    controls.selection,
    controls.fieldText,
    controls.caret,
  );
  controls.found.setAttribute('role', 'status');
  describe(controls.reset, 'Show everything again (Escape)');
  describe(controls.previous, 'Previous match (Shift-Enter)');
  describe(controls.next, 'Next match (Enter, F3)');
  describe(controls.caseButton, 'Match upper and lower case');
  describe(controls.regExpButton, 'Search by regular expression');
  for (const each of [controls.reset, controls.previous, controls.next]) setShown(each, false);
  controls.group.append(
    controls.bar,
    controls.reset,
    controls.previous,
    controls.next,
    controls.caseButton,
    controls.regExpButton,
    controls.field,
    controls.found,
  );
  // The details line is there too, and the bar must not cover it.
  chart.svg.append(controls.group, totalLine(chart));
  return controls;
}

function controlsOf(chart: Chart): Controls {
  return {
    group: create('g', { class: 'controls', 'font-size': 12 }),
    bar: bar(chart),
    reset: button(68, 'Reset'),
    previous: button(26, '\u2039'),
    next: button(26, '\u203a'),
    field: create('g', { tabindex: 0, role: 'searchbox', 'aria-label': 'Search frames' }),
    fieldFrame: create('rect', { class: 'field', y: 10, height: rowHeight, rx: 3 }),
    fieldWidth: 0,
    moreHeight: 0,
    selection: create('rect', { class: 'selection', x: 5, y: 13, height: 16 }),
    fieldText: create('text', { x: 6, y: 25 }),
    caret: create('path', { class: 'caret', display: 'none' }),
    caseButton: button(26, 'Aa'),
    regExpButton: button(26, '.*'),
    found: create('text', {
      y: totalLine(chart).getAttribute('y')!,
      'text-anchor': 'end',
      'font-size': Number(chart.svg.getAttribute('font-size')),
    }),
  };
}

/** Puts all in a row that ends at the right of so many pixels; how many from the left it begins. */
export function arrangeControls(controls: Controls, width: number): number {
  const { most, least } = fieldWidths;
  const room = roomFor({ width }) - buttonsWidth;
  controls.bar.setAttribute('width', String(width));
  controls.found.setAttribute('x', String(width - padding));
  if (room < least) return wrapControls(controls, width - padding);
  const fieldWidth = Math.min(most, room);
  const left = padding + room - fieldWidth;
  put(controls.reset, left);
  put(controls.previous, left + 74);
  put(controls.next, left + 102);
  put(controls.caseButton, left + 132);
  put(controls.regExpButton, left + 160);
  putField(controls, left + buttonsWidth, { width: fieldWidth, row: 0 });
  return left;
}

/** Puts all in rows from the left that end at `right`, the field in what the last one leaves. */
function wrapControls(controls: Controls, right: number): number {
  const { reset, previous, next, caseButton, regExpButton } = controls;
  let [x, row] = [padding, 0];
  const place = (width: number) => {
    if (x > padding && x + width > right) [x, row] = [padding, row + 1];
    const at = x;
    x += width + 4;
    return at;
  };
  put(reset, place(68), row);
  for (const button of [previous, next, caseButton, regExpButton]) put(button, place(26), row);
  const at = place(fieldWidths.least);
  putField(controls, at, { width: right - at, row });
  return 0;
}

function putField(controls: Controls, x: number, { width, row }: { width: number; row: number }) {
  const { field, fieldFrame, bar } = controls;
  put(field, x, row);
  fieldFrame.setAttribute('width', String(width));
  controls.fieldWidth = width;
  controls.moreHeight = row * rowAbove;
  bar.setAttribute('height', String(barHeightOf(controls)));
}

/** Pixels of the bar that stays in sight in a tall picture. */
export function barHeightOf({ moreHeight }: Controls): number {
  return 60 + moreHeight;
}

function put(element: SVGElement, x: number, row = 0): void {
  element.setAttribute('transform', `translate(${x},${row * rowAbove})`);
}

function totalLine({ svg }: Chart): Element {
  return svg.querySelector('.total')!;
}

/** Stays in sight in a tall picture. */
function bar({ svg }: Chart): SVGElement {
  return create('rect', {
    class: 'paper bar',
    fill: svg.querySelector('.paper')!.getAttribute('fill')!,
    display: 'none',
  });
}

function button(width: number, text: string): SVGElement {
  const group = create('g', { class: 'live', tabindex: 0, role: 'button' });
  const label = create('text', {
    x: width / 2,
    y: 25,
    'text-anchor': 'middle',
    'pointer-events': 'none',
  });
  label.textContent = text;
  group.append(create('rect', { class: 'button', y: 10, width, height: rowHeight, rx: 3 }), label);
  return group;
}

function describe(group: SVGElement, text: string): void {
  const title = create('title', {});
  title.textContent = text;
  group.prepend(title);
}

/** What is typed into the search field. */
interface Typed {
  readonly text: string;
  readonly isTyping: boolean;
  readonly isSelected: boolean;
}

/** The end of the text, where the typing goes on, is what stays in sight. */
export function showQuery(controls: Controls, { text, isTyping, isSelected }: Typed): void {
  const { field, fieldWidth, fieldText, selection, caret } = controls;
  const characters = Array.from(text);
  const isHint = text === '' && !isTyping;
  fieldText.classList.toggle('hint', isHint);
  const length = (): number => (fieldText as SVGTextElement).getComputedTextLength();
  const fits = (words: string): boolean => {
    fieldText.textContent = words;
    return length() <= fieldWidth - 14;
  };
  if (isHint) hints.find(fits);
  else while (!fits(characters.join(''))) characters.shift();
  field.classList.toggle('typing', isTyping);
  const x = Number(fieldText.getAttribute('x')) + (text === '' ? 0 : length() + 1);
  caret.setAttribute('d', `M${x} 14v14`);
  selection.setAttribute('width', String(x - 5));
  setShown(selection, isSelected);
  setShown(caret, isTyping && !isSelected);
}
