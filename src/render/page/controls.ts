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
const hint = 'Search (Ctrl-F)';
/** Of the bar that stays in sight in a tall picture. */
export const barHeight = 60;

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
  const right = width - padding;
  const fieldWidth = Math.max(least, Math.min(most, roomFor({ width }) - buttonsWidth));
  const left = right - fieldWidth - buttonsWidth;
  controls.fieldWidth = fieldWidth;
  controls.fieldFrame.setAttribute('width', String(fieldWidth));
  controls.bar.setAttribute('width', String(width));
  controls.found.setAttribute('x', String(right));
  put(controls.reset, left);
  put(controls.previous, left + 74);
  put(controls.next, left + 102);
  put(controls.caseButton, left + 132);
  put(controls.regExpButton, left + 160);
  put(controls.field, left + buttonsWidth);
  return left;
}

function put(element: SVGElement, x: number): void {
  element.setAttribute('transform', `translate(${x},0)`);
}

function totalLine({ svg }: Chart): Element {
  return svg.querySelector('.total')!;
}

/** Stays in sight in a tall picture. */
function bar({ svg }: Chart): SVGElement {
  return create('rect', {
    class: 'paper bar',
    height: barHeight,
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
  fieldText.classList.toggle('hint', text === '' && !isTyping);
  fieldText.textContent = text === '' && !isTyping ? hint : text;
  const length = (): number => (fieldText as SVGTextElement).getComputedTextLength();
  while (characters.length > 0 && length() > fieldWidth - 14) {
    characters.shift();
    fieldText.textContent = characters.join('');
  }
  field.classList.toggle('typing', isTyping);
  const x = Number(fieldText.getAttribute('x')) + (text === '' ? 0 : length() + 1);
  caret.setAttribute('d', `M${x} 14v14`);
  selection.setAttribute('width', String(x - 5));
  setShown(selection, isSelected);
  setShown(caret, isTyping && !isSelected);
}
