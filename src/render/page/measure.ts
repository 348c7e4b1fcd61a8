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

/** The text, its start followed by "..", or nothing when less than 3 characters would be left. */
function shortened(text: string, room: number, measure: Measure): string {
  // Nothing is narrower than a pixel on average, so what cannot fit is not measured.
  const characters = Array.from(text.slice(0, 2 * Math.ceil(room)));
  if (characters.length >= text.length && measure(text) <= room) return text;
  let fits = 0;
  let tooMany = characters.length;
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (measure(`${characters.slice(0, middle).join('')}..`) <= room) fits = middle;
    else tooMany = middle;
  }
  return fits < 3 ? '' : `${characters.slice(0, fits).join('')}..`;
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

function create(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
