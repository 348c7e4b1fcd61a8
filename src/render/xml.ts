/**
 * Characters that XML 1.0 forbids (section 2.2, Char), other controls, line and paragraph
 * separators, lone surrogates, and the marks that turn the direction of text around. With the u flag a
 * surrogate that is half of a pair does not match.
 */
const unsafe =
  /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Unsafe characters written out as `[U+202E]`, so that a reader sees them and nothing obeys them. */
export function visible(text: string): string {
  // Most are, and this tells it sooner than the classes of Unicode do.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(
    unsafe,
    (character) => `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}

/** Text for an element or a quoted attribute: well-formed whatever it holds. */
export function escapeXml(text: string): string {
  // All of ASCII that is visible but for & < > " '
  if (/^[ !#-%(-;=?-~]*$/.test(text)) return text;
  return visible(text).replace(/[&<>"']/g, (character) => entities[character]!);
}

/** Scripts from right to left, as blocks that Unicode keeps for them: https://www.unicode.org/reports/tr9/#Bidirectional_Character_Types */
const rightToLeft =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** What keeps numbers behind a name where they are: letters from right to left would draw them before it. */
export function directionMark(name: string): string {
  return rightToLeft.test(name) ? '\u200e' : '';
}

/** A pixel coordinate with two decimals at most. */
export function pixels(value: number): string {
  return String(Math.round(value * 100) / 100);
}
