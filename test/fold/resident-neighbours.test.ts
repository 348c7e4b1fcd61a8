import { describe, expect, it } from 'vitest';
import { huge, type PagesFields, pagesBy } from './fault-captures.ts';

describe('foldResident: pages that came with their neighbours', () => {
  it('gives a huge page to the one fault in it, and no other', () => {
    const fields: PagesFields = {
      faulted: [[2 * huge + 77, 1, 'a']],
      after: [[huge, 3 * huge, 'huge']],
    };
    expect(pagesBy(fields)).toEqual({ a: huge, none: 2 * huge });
  });

  it('gives what is left of a huge page to its fault, also where that page is gone', () => {
    const fields: PagesFields = {
      faulted: [
        [huge + 77, 1, 'a'],
        [huge + 300, 20, 'again'],
        [2 * huge + 5, 1, 'b'],
      ],
      after: [
        [huge + 100, 200, 'split'],
        [huge + 300, 20, 'anon'],
        [huge + 320, 100, 'split'],
        [2 * huge, 50, 'split'],
        [2 * huge + 50, 10, 'anon'],
      ],
    };
    expect(pagesBy(fields)).toEqual({ a: 300, again: 20, b: 50, none: 10 });
  });

  it('shares a huge page by the nearest fault before, else behind', () => {
    const fields: PagesFields = {
      faulted: [
        [huge + 10, 2, 'a'],
        [huge + 100, 1, 'b', 'copy'],
      ],
      after: [[huge, huge, 'huge']],
    };
    expect(pagesBy(fields)).toEqual({ a: 100, b: huge - 100 });
  });

  it('tells each huge page of a row its own fault', () => {
    const fields: PagesFields = {
      faulted: [
        [huge + 500, 1, 'a'],
        [2 * huge + 500, 1, 'b'],
        [4 * huge, 1, 'c'],
      ],
      after: [[huge, 4 * huge, 'huge']],
    };
    expect(pagesBy(fields)).toEqual({ a: huge, b: huge, c: huge, none: huge });
  });

  it('gives neighbours in the file to the fault in their 64 KiB, in the same mapping', () => {
    const fields: PagesFields = {
      mappings: [
        [160, 40, 'file'],
        [200, 40, 'file'],
      ],
      faulted: [[197, 1, 'a', 'read']],
      after: [
        [160, 36, 'file'],
        [197, 43, 'file'],
      ],
    };
    // The window is 192 to 207, of which the mapping has 8, but one is not there.
    expect(pagesBy(fields)).toEqual({ a: 7, none: 72 });
  });

  it('gives an unbroken row in a file to one fault, as far as its block and mapping go', () => {
    const fields: PagesFields = {
      mappings: [[160, 2 * huge, 'file', 'rw-s']],
      faulted: [[300, 1, 'a']],
      after: [
        [160, 100, 'file'],
        [261, 20, 'hugeFile'],
        [281, huge, 'file'],
      ],
    };
    expect(pagesBy(fields)).toEqual({ a: huge - 261, none: 100 + 281 });
  });

  it('begins the window where the mapping begins', () => {
    const fields: PagesFields = {
      mappings: [[165, 100, 'file']],
      faulted: [[166, 1, 'a', 'read']],
      after: [
        [166, 1, 'file'],
        [170, 35, 'file'],
      ],
    };
    expect(pagesBy(fields)).toEqual({ a: 1 + 181 - 170, none: 205 - 181 });
  });

  it('ends the window where the page table ends', () => {
    const fields: PagesFields = {
      mappings: [[huge - 15, 40, 'file']],
      faulted: [[huge - 14, 1, 'a', 'read']],
      after: [
        [huge - 14, 1, 'file'],
        [huge - 12, 20, 'file'],
      ],
    };
    expect(pagesBy(fields)).toEqual({ a: 1 + 12, none: 8 });
  });

  it('looks past copies of pages of the file, which bring no neighbours', () => {
    const fields: PagesFields = {
      mappings: [[160, 32, 'file']],
      faulted: [
        [162, 1, 'a', 'read'],
        [164, 1, 'b', 'copy'],
        [180, 1, 'b', 'copy'],
      ],
      after: [
        [160, 4, 'file'],
        [164, 1, 'anon'],
        [165, 15, 'file'],
        [180, 1, 'anon'],
        [181, 11, 'file'],
      ],
    };
    // The page at 164 was copied: nobody knows any more that the row was unbroken.
    expect(pagesBy(fields)).toEqual({ a: 15, b: 2, none: 15 });
  });

  it('takes anonymous pages one by one', () => {
    const fields: PagesFields = {
      mappings: [[160, 32, 'anon']],
      faulted: [[161, 1, 'a']],
      after: [[160, 16, 'anon']],
    };
    expect(pagesBy(fields)).toEqual({ a: 1, none: 15 });
  });
});
