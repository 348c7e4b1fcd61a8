const svgNamespace = 'http://www.w3.org/2000/svg';

export function create(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
): SVGElement {
  const element = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** Shows or hides an element by attribute. */
export function setShown(element: Element, isShown: boolean): void {
  if (isShown) element.removeAttribute('display');
  else element.setAttribute('display', 'none');
}
