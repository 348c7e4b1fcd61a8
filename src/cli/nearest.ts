/** The one of `names` that `word` was most likely meant as; undefined where none is like it. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const distances = names.map((name) => ({ name, distance: distanceOf(word, name) }));
  const [best] = distances.sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= 2 ? best.name : undefined;
}

/** How many letters have to be added, removed or changed to get from one to the other (Levenshtein's). */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [done, letter] of [...from].entries()) {
    const next = [done + 1];
    for (let i = 1; i <= to.length; i++) {
      const changed = row[i - 1]! + (letter === to[i - 1] ? 0 : 1);
      next.push(Math.min(changed, row[i]! + 1, next[i - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
