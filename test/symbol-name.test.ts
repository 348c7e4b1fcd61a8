import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shorterNames, withoutParameters, withoutTemplateArguments } from '../src/symbol-name.ts';

describe('template arguments', () => {
  test.each([
    [
      'std::vector<Row, std::allocator<Row> >::push_back(Row const&)',
      'std::vector<…>::push_back(Row const&)',
    ],
    ['put(std::map<int, std::vector<char>> const&)', 'put(std::map<…> const&)'],
    [
      'bool operator< <int>(A<int> const&, A<int> const&)',
      'bool operator< <…>(A<…> const&, A<…> const&)',
    ],
    [
      'std::ostream& operator<< <char>(std::ostream&)',
      'std::ostream& operator<< <…>(std::ostream&)',
    ],
    ['operator<<(B&, int)', 'operator<<(B&, int)'],
    ['A<int>::operator->() const', 'A<…>::operator->() const'],
    ['A<int>::operator>>(int)', 'A<…>::operator>>(int)'],
    ['A<int>::operator<=><char>(char)', 'A<…>::operator<=><…>(char)'],
    [
      'f(int)::{lambda(std::set<int>)#1}::operator()<char>(char)',
      'f(int)::{lambda(std::set<…>)#1}::operator()<…>(char)',
    ],
    ['S<(a>b), int>::f()', 'S<…>::f()'],
    ['S<(a<b)>::f()', 'S<…>::f()'],
    ['S<decltype (x->y)>::f()', 'S<…>::f()'],
    ['f<>()', 'f<>()'],
    ['f<T>()', 'f<T>()'],
    [
      '<alloc::vec::Vec<u8> as core::ops::drop::Drop>::drop',
      '<alloc::vec::Vec<…> as core::ops::drop::Drop>::drop',
    ],
    ['core::ptr::<impl *const Row<u8>>::read', 'core::ptr::<impl *const Row<…>>::read'],
    ['alloc::vec::Vec::<alloc::string::String>::push', 'alloc::vec::Vec::<…>::push'],
    ['<fn(i32) -> Vec<u8> as Tr>::call', '<fn(i32) -> Vec<…> as Tr>::call'],
    [
      'core::ops::function::FnOnce::call_once{{vtable.shim}}',
      'core::ops::function::FnOnce::call_once{{vtable.shim}}',
    ],
    ['java.lang.Object.<init>', 'java.lang.Object.<init>'],
    ['Ljava/lang/Object;::<init>', 'Ljava/lang/Object;::<init>'],
    ['py::<module>:/srv/app.py', 'py::<module>:/srv/app.py'],
    ['LazyCompile:~<anonymous> /srv/app.js:1', 'LazyCompile:~<anonymous> /srv/app.js:1'],
    ['a<b', 'a<b'],
    ['a>b', 'a>b'],
    ['f<(>', 'f<(>'],
    ['f<)x>', 'f<…>'],
    ['f(<)', 'f(<)'],
    ['', ''],
  ])('%s', (name, expected) => {
    expect(withoutTemplateArguments(name)).toBe(expected);
  });
});

describe('parameters', () => {
  test.each([
    ['Cache::put(int, char const*)', 'Cache::put'],
    ['Cache::size() const', 'Cache::size'],
    ['Cache::take() &&', 'Cache::take'],
    ['void put<…>(int) const [clone .cold]', 'put<…>'],
    ['unsigned long f<…>(int)', 'f<…>'],
    ['std::ostream& std::operator<< <…>(std::ostream&)', 'std::operator<< <…>'],
    ['operator new(unsigned long)', 'operator new'],
    ['operator delete[](void*)', 'operator delete[]'],
    ['A::operator unsigned long() const', 'A::operator unsigned long'],
    ['A::operator()(int) const', 'A::operator()'],
    ['A::operator+(A)', 'A::operator+'],
    ['A::operator->() const', 'A::operator->'],
    ['(anonymous namespace)::f(int)', '(anonymous namespace)::f'],
    ['a::(anonymous namespace)::f((anonymous namespace)::X)', 'a::(anonymous namespace)::f'],
    ['f(int) const::{lambda(char)#1}::operator()(char) const', 'f::{lambda(char)#1}::operator()'],
    ["f(int)::'lambda'(char)::operator()(char) const", "f::'lambda'(char)::operator()"],
    ['decltype(auto) f<…>(int)', 'f<…>'],
    ['A::~A()', 'A::~A'],
    ['non-virtual thunk to A::f()', 'A::f'],
    ['main.(*Server).Serve', 'main.(*Server).Serve'],
    ['std::string::f[abi:cxx11](int)', 'std::string::f[abi:cxx11]'],
    ['JS:*render /srv/a (b).js:3', 'JS:*render /srv/a (b).js:3'],
    ['(37 smaller frames)', '(37 smaller frames)'],
    ['[libc.so.6+0x1234]', '[libc.so.6+0x1234]'],
    ['main', 'main'],
    ['f(', 'f('],
    ['f)', 'f)'],
    ['f(a(b)', 'f(a'],
    ['', ''],
  ])('%s', (name, expected) => {
    expect(withoutParameters(name)).toBe(expected);
  });
});

const pieces = fc.constantFrom(
  ...[
    'operator',
    '<',
    '>',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '-',
    '::',
    ' ',
    'a',
    'const',
    ',',
    '…',
    'é',
  ],
);

test('any name becomes no longer, and the same again when done again', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      const name = parts.join('');
      const [elided, bare] = shorterNames(name);
      expect(elided.length).toBeLessThanOrEqual(name.length);
      expect(bare.length).toBeLessThanOrEqual(elided.length);
      expect(withoutTemplateArguments(elided)).toBe(elided);
    }),
    { numRuns: 3000 },
  );
});

test('what is kept are letters of the name, in their order', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
      const name = parts.filter((part) => part !== '…').join('');
      for (const short of shorterNames(name)) {
        let from = 0;
        for (const letter of short.replaceAll('…', '')) {
          from = name.indexOf(letter, from) + 1;
          expect(from).toBeGreaterThan(0);
        }
      }
    }),
    { numRuns: 3000 },
  );
});

const million = 1_000_000;

test.each([
  ['<', '<'.repeat(million)],
  ['(<', '(<'.repeat(million / 2)],
  ['a<', 'a<'.repeat(million / 2)],
  ['a( :: a)', `${'a('.repeat(million / 4)}${')'.repeat(million / 4)}`],
  ['a()', 'a()'.repeat(million / 3)],
  ['a()::', 'a()::'.repeat(million / 5)],
  ['operator<', 'operator<'.repeat(million / 9)],
  ['nested', `${'a<'.repeat(million / 3)}${'>'.repeat(million / 3)}`],
  ['(<)', '(<)'.repeat(million / 3)],
  ['blanks', ' '.repeat(million)],
])('a name of a million characters made of %s is no trouble', (_, name) => {
  for (const short of shorterNames(name)) expect(short.length).toBeLessThanOrEqual(name.length);
});
