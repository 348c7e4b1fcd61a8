const svgNamespace = 'http://www.w3.org/2000/svg';

type Measure = (text: string) => number;

/** Pixels that a text takes in the frames' own font, without a layout of the page. */
function measureIn(frames: SVGGElement): Measure {
  const canvas = document.createElementNS('http://www.w3.org/1999/xhtml', 'canvas');
  const context = (canvas as HTMLCanvasElement).getContext('2d')!;
  const { fontSize, fontFamily } = getComputedStyle(frames);
  context.font = `${fontSize} ${fontFamily}`;
  return (text) => context.measureText(text).width;
}

/** Of src/symbol-name.ts, which stands before the parts of the page. */
declare function shorterNames(name: string): readonly [string, string];

/** Of src/growth.ts, which stands there too. */
declare function signOf(change: number): string;
declare function formatGrowth(before: number, after: number): string;

/** Nothing is narrower than a pixel on average, so what cannot fit is not measured. */
function fits(text: string, room: number, measure: Measure): boolean {
  return text.length <= 2 * Math.ceil(room) && measure(text) <= room;
}

/** The longest form of a function's name that fits, if one does. */
function fittingName(name: string, room: number, measure: Measure): string | undefined {
  if (fits(name, room, measure)) return name;
  return shorterNames(name).find((shorter) => fits(shorter, room, measure));
}

/** The text, its start followed by "..", or nothing when less than 3 characters would be left. */
function shortened(text: string, room: number, measure: Measure): string {
  if (fits(text, room, measure)) return text;
  const characters = Array.from(text.slice(0, 2 * Math.ceil(room)));
  let enough = 0;
  let tooMany = characters.length;
  while (tooMany - enough > 1) {
    const middle = (enough + tooMany) >> 1;
    if (measure(`${characters.slice(0, middle).join('')}..`) <= room) enough = middle;
    else tooMany = middle;
  }
  return enough < 3 ? '' : `${characters.slice(0, enough).join('')}..`;
}

/** An amount in the picture's unit, as the static labels have it. */
function amountOf(weight: number, { dataset }: SVGGElement): string {
  const digits = Number(dataset.digits);
  const size = Number(dataset.unitSize);
  const unit = dataset.unit === '' ? '' : ` ${dataset.unit}`;
  if (size === 1) return withCommas(weight) + unit;
  const text = (weight / size).toFixed(digits);
  const isZero = weight > 0 && Number(text) === 0;
  return (isZero ? `<${(10 ** -digits).toFixed(digits)}` : text) + unit;
}

/** What a label says beside the name, the longest first. */
function amountsOf({ weight, change }: Box, frames: SVGGElement): string[] {
  if (change === undefined) return [amountOf(weight, frames)];
  const { before, after } = change;
  if (before === after) return [amountOf(before, frames)];
  const short = changeInWords(change, frames);
  const ends = `${amountOf(before, frames)} to ${amountOf(after, frames)}`;
  return [`${ends}, ${short}, ${formatGrowth(before, after)}`, short];
}

/** `+1.20 MiB` */
function changeInWords({ before, after }: Change, frames: SVGGElement): string {
  return signOf(after - before) + amountOf(Math.abs(after - before), frames);
}

function create(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
