import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { nodeAt, pathTo } from '../../../src/render/page/html/frame-path.ts';
import { hashOf, stateOf } from '../../../src/render/page/html/link.ts';
import { matchesAmong, matchesInWords } from '../../../src/render/page/html/matches.ts';
import { type Model, modelOf } from '../../../src/render/page/html/model.ts';
import type { Found } from '../../../src/render/page/html/search.ts';
import type { Source } from '../../../src/render/page/html/source.ts';
import { initialState, type State } from '../../../src/render/page/html/state.ts';
import { foundInWords } from '../../../src/render/page/html/words.ts';
import { type Stacks, someStacks } from '../profiles.ts';
import { sourceOf } from './sources.ts';

vi.setConfig({ testTimeout: 60_000 });

const numRuns = 40;

function model(source: Source, change: Partial<State> = {}): Model {
  return modelOf(source, { ...initialState(source.data), ...change });
}

/** Names of the stack that a node is on, root first, with its weight. */
function stacksOf({ tree, source, state }: Model): [string, number][] {
  const { functions, frames } = source.data;
  const found: [string, number][] = [];
  const visit = (node: number, path: string[]) => {
    const self = tree.self[state.column]![node]!;
    if (self > 0) found.push([path.join(';'), self]);
    for (const child of tree.children(node))
      visit(child, [...path, functions.name[frames.function[tree.frame[child]!]!]!]);
  };
  visit(0, []);
  return found;
}

const recursive: Stacks = [
  ['a;a;b;b;b;c', 100],
  ['a;b;a;c', 20],
  ['d@lib;b;e@lib', 3],
];

describe('what is left out', () => {
  test('is recursion, the weight staying', () => {
    const { functions, ...rest } = model(sourceOf(recursive), { collapseRecursion: true });
    expect(stacksOf({ ...rest, functions })).toEqual([
      ['a;b;a;c', 20],
      ['a;b;c', 100],
      ['d;b;e', 3],
    ]);
  });

  test('is a module, its weight going to the callers', () => {
    const source = sourceOf(recursive);
    const hidden = model(source, { hiddenModules: new Set([0]) });
    expect(source.data.modules).toEqual(['lib']);
    expect(stacksOf(hidden).at(-1)).toEqual(['b', 3]);
    expect(hidden.tree.total[0]![0]).toBe(123);
  });

  test('changes no total, and no function that stays', () => {
    fc.assert(
      fc.property(someStacks, (stacks) => {
        const source = sourceOf(stacks);
        const all = model(source);
        const fewer = model(source, { collapseRecursion: true });
        expect(fewer.tree.total[0]![0]).toBe(all.tree.total[0]![0]);
        expect(fewer.functions).toEqual(all.functions);
      }),
      { numRuns },
    );
  });
});

describe('callers and callees', () => {
  const around = (kind: 'callers' | 'callees', name: string) => {
    const source = sourceOf(recursive);
    const wanted = source.data.functions.name.indexOf(name);
    return stacksOf(model(source, { shape: { kind, function: wanted } }));
  };

  test('are those of the outermost call', () => {
    expect(around('callers', 'b')).toEqual([
      ['a', 20],
      ['a;a', 100],
      ['d', 3],
    ]);
    expect(around('callees', 'b')).toEqual([
      ['b;a;c', 20],
      ['b;b;b;c', 100],
      ['b;e', 3],
    ]);
    expect(around('callers', 'a')).toEqual([['', 120]]);
  });

  test('from the leaf have every stack turned round', () => {
    const leaves = stacksOf(model(sourceOf(recursive), { shape: { kind: 'leaves' } }));
    expect(leaves).toEqual([
      ['c;a;b;a', 20],
      ['c;b;b;b;a;a', 100],
      ['e;b;d', 3],
    ]);
  });

  test('weigh as much as the table says, and are found alike', () => {
    fc.assert(
      fc.property(someStacks, fc.nat(), (stacks, choice) => {
        const source = sourceOf(stacks);
        const { functions } = model(source);
        fc.pre(functions.length > 0);
        const { function: wanted, total } = functions[choice % functions.length]!;
        const query = { text: 'a', isRegExp: false, isCaseSensitive: true };
        for (const kind of ['callers', 'callees'] as const) {
          const shape = { kind, function: wanted };
          expect(model(source, { shape }).tree.total[0]![0]).toBe(total[0]);
        }
        expect(foundInWords(model(source, { query, shape: { kind: 'leaves' } }))).toBe(
          foundInWords(model(source, { query })),
        );
      }),
      { numRuns },
    );
  });
});

describe('matches among gathered frames', () => {
  /** One by one: how many nodes match, of these and of all that stands on them. */
  function counted({ tree, source, state, found }: Model, nodes: readonly number[]): number {
    const { frames } = found as Found;
    return nodes
      .filter((node) => tree.total[state.column]![node]! > 0)
      .reduce((sum, node) => {
        const isMatch = source.data.frames.function[tree.frame[node]!] !== undefined;
        const above = counted({ tree, source, state, found } as Model, tree.children(node));
        return sum + (isMatch ? frames[tree.frame[node]!]! : 0) + above;
      }, 0);
  }

  test('are counted as they would be drawn, in every shape', () => {
    fc.assert(
      fc.property(someStacks, fc.constantFrom('a', 'b', 'main', 'lib'), (stacks, text) => {
        const source = sourceOf(stacks);
        const query = { text, isRegExp: false, isCaseSensitive: false };
        const shapes = [
          { kind: 'stacks' },
          { kind: 'leaves' },
          { kind: 'callers', function: 0 },
          { kind: 'callees', function: 0 },
        ] as const;
        for (const shape of shapes) {
          const its = model(source, { query, shape });
          const gathered = [...its.tree.children(0)];
          const box = { node: 0, weight: 1, span: 1, gathered, fade: false };
          const matches = matchesAmong(its, box);
          // The first look: for a merged tree it does not grow by it.
          expect(matches).toBe(counted(its, gathered));
          expect(matchesAmong(its, box, 1) > 0).toBe(matches > 0);
        }
      }),
      { numRuns },
    );
  });

  test('are none of nothing, of no search and of no weight', () => {
    const source = sourceOf([...recursive, ['a;gone', 0]]);
    const among = (change: Partial<State>) => {
      const its = model(source, change);
      const box = { node: 0, weight: 1, span: 1, gathered: its.tree.children(0), fade: false };
      return matchesInWords(its, box);
    };
    const search = (text: string) => ({
      query: { text, isRegExp: false, isCaseSensitive: true },
    });
    expect(among({})).toEqual([]);
    expect(among(search('gone'))).toEqual([]);
    expect(among(search('zzz'))).toEqual([]);
    expect(among(search('d'))).toEqual(['1 match among them']);
    expect(among({ ...search('a'), shape: { kind: 'leaves' } })).toEqual(['4 matches among them']);
  });

  test('are not counted to the end where that would take long', () => {
    const many: Stacks = Array.from({ length: 1001 }, (_, i) => [`a;b${i};c`, 1] as const);
    const words = (stacks: Stacks, kind: 'stacks' | 'leaves') => {
      const query = { text: 'b', isRegExp: false, isCaseSensitive: true };
      const its = model(sourceOf(stacks), { query, shape: { kind } });
      const box = { node: 0, weight: 1, span: 1, gathered: its.tree.children(0), fade: false };
      return matchesInWords(its, box)[0];
    };
    expect(words(many, 'stacks')).toBe('1,001 matches among them');
    expect(words(many, 'leaves')).toBe('more than 1,000 matches among them');
    expect(words(many.slice(1), 'leaves')).toBe('1,000 matches among them');
  });
});

describe('a link', () => {
  test('leads back to every node, whatever it is called', () => {
    fc.assert(
      fc.property(someStacks, (stacks) => {
        const source = sourceOf([...stacks, ['a~2', 1], [['x'.repeat(150)], 1]]);
        const { tree } = model(source);
        for (let node = 0; node < source.nodes.frame.length; node++) {
          const zoom = pathTo(tree, source.data, node);
          const state = { ...initialState(source.data), zoom };
          const again = stateOf(hashOf(state, source.data), source.data);
          expect(nodeAt(tree, source.data, again.zoom)).toBe(node);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('holds everything that can be chosen', () => {
    const { data } = sourceOf(recursive);
    const state: State = {
      view: 0,
      column: 1,
      shape: { kind: 'callers', function: data.functions.name.indexOf('d') },
      collapseRecursion: true,
      hiddenModules: new Set([0]),
      zoom: ['a;b', 'c&d=e#f', '%41'],
      query: { text: '\u202e a+b&\ud83d\ude00', isRegExp: true, isCaseSensitive: true },
      inverted: true,
      bySize: true,
      without: new Set(),
      theme: 'dark',
      hasTable: false,
      chosen: -1,
    };
    const hash = hashOf(state, data);
    expect(hash).toMatch(/^[!-~]*$/);
    expect(stateOf(`#${hash}`, data)).toEqual(state);
    expect(hashOf(initialState(data), data)).toBe('');
    expect(hashOf({ ...state, query: { ...state.query, text: '\ud83d' } }, data)).toContain(
      'search=%EF%BF%BD',
    );
  });
});

describe('a model', () => {
  test('keeps what a change does not concern', () => {
    const source = sourceOf(recursive);
    const before = model(source);
    const searched = modelOf(
      source,
      { ...before.state, query: { ...before.state.query, text: 'b' } },
      before,
    );
    expect(searched.tree).toBe(before.tree);
    expect(searched.functions).toBe(before.functions);
    const turned = modelOf(source, { ...before.state, shape: { kind: 'leaves' } }, before);
    expect(turned.stacks).toBe(before.stacks);
    expect(turned.tree).not.toBe(before.tree);
  });

  test('zooms only to what has a weight', () => {
    const source = sourceOf([
      ['a;b', 0],
      ['a;c', 1],
    ]);
    expect(model(source, { zoom: ['a', 'b'] }).zoom).toBe(
      nodeAt(model(source).tree, source.data, ['a']),
    );
  });
});
