// The page's script holds this file as it is compiled: it imports nothing.

const openers = '(<[{';
const closers = ')>]}';
/** By code unit: a bracket, or what an arrow or the word `operator` begins with. */
const isMark = new Uint8Array(128);
for (const mark of `${openers}${closers}-o`) isMark[mark.charCodeAt(0)] = 1;
const operators = ['<=>', '<<=', '>>=', '->*', '<<', '>>', '<=', '>=', '->', '()', '[]', '<', '>'];

/**
 * Shorter forms of a demangled C++ or Rust name, longest first: template arguments as `<…>`, then
 * also without return type and parameters. Any other name comes back as it is, or nearly so. Takes
 * time in proportion to the name's length, whatever it holds.
 */
export function shorterNames(name: string): readonly [string, string] {
  const elided = withoutTemplateArguments(name);
  return [elided, withoutParameters(elided)];
}

/** `std::map<int, Row>::at(int)` -> `std::map<…>::at(int)`, and `<Vec<T> as Drop>::drop` inside of its `<>`. */
export function withoutTemplateArguments(name: string): string {
  if (!name.includes('<')) return name;
  const partners = bracketPartners(name);
  let short = '';
  let copied = 0;
  for (let at = name.indexOf('<'); at >= 0; at = name.indexOf('<', at + 1)) {
    const end = partners[at]!;
    if (end === 0 || !isArgumentList(name, at, end)) continue;
    short += `${name.slice(copied, at)}<…>`;
    copied = end + 1;
    at = end;
  }
  return short + name.slice(copied);
}

/** `void put<…>(int) const` -> `put<…>`, `f(int)::{lambda(char)#1}::operator()(char)` -> `f::{lambda(char)#1}::operator()` */
export function withoutParameters(name: string): string {
  if (!name.includes('(')) return name;
  const partners = bracketPartners(name);
  let short = '';
  let copied = 0;
  let isCopied = false;
  for (let at = 0; at < name.length; at++) {
    const end = partners[at]!;
    if (end === 0) continue;
    if (name[at] === '(' && isParameterList(name, at)) {
      short += name.slice(isCopied ? copied : nameStart(name, partners, at), at);
      copied = scopeAfter(name, partners, end + 1);
      isCopied = true;
      at = copied - 1;
    } else {
      at = end;
    }
  }
  return short + name.slice(copied);
}

/** Where each opening bracket's partner is; 0 for everything else, and for what does not match. */
function bracketPartners(name: string): Int32Array {
  const partners = new Int32Array(name.length);
  const open: number[] = [];
  const waiting = [0, 0, 0, 0];
  for (let at = 0; at < name.length; at++) {
    // As a rule it is none.
    if (!isMark[name.charCodeAt(at)]) continue;
    const length = operatorLength(name, at);
    const opened = openers.indexOf(name[at]!);
    if (length > 0) {
      at += length - 1;
    } else if (opened >= 0) {
      waiting[opened]!++;
      open.push(at);
    } else {
      close(name, at, { partners, open, waiting });
    }
  }
  return partners;
}

interface Brackets {
  readonly partners: Int32Array;
  /** Places of the opening brackets that wait for their partner. */
  readonly open: number[];
  /** How many there are of each kind. */
  readonly waiting: number[];
}

/** A `<` in brackets of another kind was a comparison when those are closed, and so is a lone `>`. */
function close(name: string, at: number, { partners, open, waiting }: Brackets): void {
  const kind = closers.indexOf(name[at]!);
  if (kind < 0 || waiting[kind] === 0) return;
  if (name[at] === '>' && name[open.at(-1)!] !== '<') return;
  for (let found = false; !found; ) {
    const from = open.pop()!;
    const itsKind = openers.indexOf(name[from]!);
    waiting[itsKind]!--;
    found = itsKind === kind;
    if (found) partners[from] = at;
  }
}

/** Characters that belong to an operator's name, or to an arrow, and are no brackets. */
function operatorLength(name: string, at: number): number {
  if (name[at] === '-' && name[at + 1] === '>') return 2;
  if (!isOperator(name, at)) return 0;
  const start = at + 'operator'.length;
  const symbol = operators.find((candidate) => name.startsWith(candidate, start));
  return symbol === undefined ? 0 : 'operator'.length + symbol.length;
}

function isOperator(name: string, at: number): boolean {
  return name[at] === 'o' && name.startsWith('operator', at) && !isWord(name[at - 1]);
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\w$\u0080-\uffff]/.test(character);
}

/** `f<int>`, `operator< <int>` and Rust's `f::<u8>`; neither `<A as B>::f` nor Java's and Python's `::<init>`. */
function isArgumentList(name: string, at: number, end: number): boolean {
  const before = name[at - 1];
  if (end - at < 3 || name.startsWith('impl ', at + 1)) return false;
  if (before === ':') return !/^[a-z]+$/.test(name.slice(at + 1, Math.min(end, at + 20)));
  return isWord(before) || before === ']' || before === '}' || followsOperator(name, at);
}

/** `(anonymous namespace)` follows a `::` or nothing, a function pointer's `(` a blank. */
function isParameterList(name: string, at: number): boolean {
  const before = name[at - 1];
  if (name.slice(Math.max(0, at - 8), at) === 'decltype') return false;
  const isName = isWord(before) || (before !== undefined && '>])}'.includes(before));
  return isName || followsOperator(name, at);
}

function followsOperator(name: string, at: number): boolean {
  return /\boperator\W{1,4}$/.test(name.slice(Math.max(0, at - 13), at));
}

/** After the return type, which only a blank outside of all brackets tells. */
function nameStart(name: string, partners: Int32Array, end: number): number {
  let start = 0;
  for (let at = 0; at < end && !isOperator(name, at); at++) {
    if (partners[at]! > 0) at = partners[at]!;
    else if (name[at] === ' ') start = at + 1;
  }
  return start;
}

/** The next `::` outside of all brackets, behind ` const`, `&` or ` [clone .cold]`; else the end. */
function scopeAfter(name: string, partners: Int32Array, from: number): number {
  for (let at = from; at < name.length; at++) {
    if (partners[at]! > 0) at = partners[at]!;
    else if (name[at] === ':' && name[at + 1] === ':') return at;
  }
  return name.length;
}
