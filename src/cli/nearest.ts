import { distance } from 'fastest-levenshtein';

/** The one of `names` that `word` was most likely meant as; undefined where none is like it. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const near = names.filter((name) => distance(word, name) <= 2);
  return near.sort((a, b) => distance(word, a) - distance(word, b))[0];
}
