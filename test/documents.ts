import { JSDOM } from 'jsdom';

/** One for all documents: a window of its own would take longer than parsing. */
const { DOMParser } = new JSDOM().window;

/** Without running its scripts. */
export function htmlDocument(text: string): Document {
  return new DOMParser().parseFromString(text, 'text/html');
}

/** Throws an Error where the text is not well-formed XML. */
export function svgDocument(text: string): Document {
  const document = new DOMParser().parseFromString(text, 'image/svg+xml');
  const { localName, textContent } = document.documentElement;
  if (localName === 'parsererror') throw new Error(textContent!);
  return document;
}
