import { readFileSync } from 'node:fs';

/** What a picture shows by its colours: each kind has its own script, with no more in it than it needs. */
export type PictureKind = 'flame' | 'growth' | 'differential';

/** The browser's part of a picture, which leaves no global behind. Throws an Error when it was not built. */
export function pageScript(kind: PictureKind): string {
  return built(`${kind}.js`);
}

/** A part of an HTML page as it was built. Throws an Error when it was not. */
export function pageFile(name: 'html.js' | 'html.css' | 'licences.txt'): string {
  return built(name);
}

function built(name: string): string {
  // Resolves from src/render and from dist/cli alike.
  const url = new URL(`../../dist/render/page/${name}`, import.meta.url);
  try {
    return readFileSync(url, 'utf8');
  } catch (cause) {
    throw new Error(`${url.pathname} is missing: run "npm run build"`, { cause });
  }
}
