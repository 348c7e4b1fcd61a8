/** What is searched for. */
export interface Query {
  readonly text: string;
  readonly isRegExp: boolean;
  readonly isCaseSensitive: boolean;
}

export const noQuery: Query = { text: '', isRegExp: false, isCaseSensitive: false };

/** What functions are matched against; undefined for a regular expression that is none. */
export function matcherFor({ text, isRegExp, isCaseSensitive }: Query): RegExp | undefined {
  const source = isRegExp ? text : text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  try {
    return new RegExp(source, isCaseSensitive ? '' : 'i');
  } catch {
    return undefined;
  }
}
