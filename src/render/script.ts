import { readFileSync } from 'node:fs';

/**
 * The browser's part of a picture as one script that leaves no global behind. Throws an Error
 * when it has not been built.
 */
export function pageScript(): string {
  // Resolves from src/render and from dist/cli alike.
  const url = new URL('../../dist/render/page.js', import.meta.url);
  try {
    return readFileSync(url, 'utf8');
  } catch (cause) {
    throw new Error(`${url.pathname} is missing: run "npm run build"`, { cause });
  }
}
