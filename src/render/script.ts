import { readFileSync } from 'node:fs';

/** In this order; each only declares functions, but for the last, which starts them. */
const parts = [
  'symbol-name',
  'growth',
  ...['boxes', 'measure', 'zoom', 'search', 'controls', 'legend', 'start'].map(
    (part) => `render/page/${part}`,
  ),
];

/**
 * The browser's part of a picture as one script that leaves no global behind. Throws an Error
 * when it has not been compiled.
 */
export function pageScript(): string {
  return `(() => {\n"use strict";\n${parts.map(compiled).join('')}})();\n`;
}

/** What a script has once, and what only a module has. */
const notForThePage = /^"use strict";\n|^export (?=function)/gm;

function compiled(part: string): string {
  return built(`${part}.js`).replace(notForThePage, '');
}

/** A part of an HTML page as it was built. Throws an Error when it was not. */
export function pageFile(name: 'html.js' | 'html.css' | 'licences.txt'): string {
  return built(`render/page/${name}`);
}

function built(path: string): string {
  // Resolves from src/render and from dist/render alike.
  const url = new URL(`../../dist/${path}`, import.meta.url);
  try {
    return readFileSync(url, 'utf8');
  } catch (cause) {
    throw new Error(`${url.pathname} is missing: run "npm run build"`, { cause });
  }
}
