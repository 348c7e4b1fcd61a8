import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { framesOf } from '../../src/capture/paths.ts';
import type { Capture } from '../../src/capture.ts';
import { writeCollapsed } from '../../src/collapsed.ts';
import { isAllocating, withoutAllocator } from '../../src/fold/allocator-frames.ts';
import { foldHeap } from '../../src/fold/heap.ts';
import { totals } from '../../src/profile.ts';
import { textOf } from '../text-of.ts';
import { captureOf, type FrameText, libc } from './captures.ts';

const cxx = '/usr/lib/libstdc++.so.6';
const app = '/srv/app';
const jemalloc = '/usr/lib/libjemalloc.so.2';

interface Setting {
  readonly allocators?: Readonly<Record<string, readonly string[]>>;
}

/** What is left of a stack, as text. */
function left(frames: readonly FrameText[], setting: Setting = {}): string {
  const capture = captureOf({ stacks: [{ frames }], ...setting });
  return textOf(writeCollapsed(foldHeap(capture, 'all', { hideAllocator: true }))).replace(
    / \d+\n$/,
    '',
  );
}

describe('what is left of a stack', () => {
  test('without the traced function', () => {
    expect(left([`main@${app}`, `put@${app}`, `malloc@${libc}`])).toBe('main;put');
  });

  test('without operator new and the standard allocator', () => {
    const stack = [
      `main@${app}`,
      `std::vector<int, std::allocator<int> >::_M_realloc_insert(int&&)@${app}`,
      `std::allocator_traits<std::allocator<int> >::allocate(std::allocator<int>&, unsigned long)@${app}`,
      `std::__new_allocator<int>::allocate(unsigned long, void const*)@${app}`,
      `operator new(unsigned long)@${cxx}`,
      `malloc@${libc}`,
    ];
    expect(left(stack)).toBe(
      'main;std::vector<int, std::allocator<int> >::_M_realloc_insert(int&&)',
    );
  });

  test('with what in the C library called malloc: it says what the memory is for', () => {
    expect(left([`main@${app}`, `strdup@${libc}`, `malloc@${libc}`])).toBe('main;strdup');
    expect(left([`start_thread@${libc}`, `+7@${libc}`, `malloc@${libc}`])).toBe(
      'start_thread;[libc.so.6]',
    );
  });

  test('without what lies between functions of the allocator', () => {
    const allocators = { [jemalloc]: ['malloc', 'calloc', 'realloc'] };
    const stack = [`main@${app}`, `realloc@${jemalloc}`, `+7@${jemalloc}`, `malloc@${jemalloc}`];
    expect(left(stack, { allocators })).toBe('main');
    expect(left([`main@${app}`, `+7@${jemalloc}`, `malloc@${jemalloc}`], { allocators })).toBe(
      'main;[libjemalloc.so.2]',
    );
  });

  test('with the program, where the allocator is linked into it', () => {
    const allocators = { [app]: ['malloc', 'calloc'] };
    const stack = [`main@${app}`, `put@${app}`, `grow@${app}`, `calloc@${app}`];
    expect(left(stack, { allocators })).toBe('main;put;grow');
  });

  test('a function of the same name in another file is another function', () => {
    expect(left([`main@${app}`, `malloc@${app}`, `malloc@${libc}`])).toBe('main;malloc');
  });

  test('without what was inlined into the traced function', () => {
    const inlined = { kind: 'function', name: 'tcache_get', inlined: true } as const;
    expect(left([`main@${app}`, `malloc@${libc}`, inlined, inlined])).toBe('main');
    const caller = { kind: 'function', name: 'put', inlined: true } as const;
    expect(left([`main@${app}`, caller, `malloc@${libc}`])).toBe('main;put_[i]');
  });

  test('with a remark, and with nothing else', () => {
    expect(left(['[stack table full]', `malloc@${libc}`])).toBe('[stack table full]');
    expect(left(['[stack table full]'])).toBe('[stack table full]');
    expect(left([`malloc@${libc}`])).toBe('malloc');
    expect(left([`operator new(unsigned long)@${cxx}`, `malloc@${libc}`])).toBe(
      'operator new(unsigned long)',
    );
  });
});

test.each([
  'operator new(unsigned long)',
  'operator new[](unsigned long, std::align_val_t)',
  'std::allocator<int>::allocate(unsigned long)',
  'std::allocator_traits<std::allocator<std::pair<int, int> > >::allocate(std::allocator<int>&, unsigned long)',
  'std::__new_allocator<char>::allocate(unsigned long, void const*)',
  '__gnu_cxx::new_allocator<char>::allocate(unsigned long, void const*)',
  'std::__1::allocator<char>::allocate[abi:v160006](unsigned long)',
  'void* std::__1::__libcpp_operator_new[abi:v160006]<unsigned long>(unsigned long)',
  'std::__1::__libcpp_allocate[abi:ne180100](unsigned long, unsigned long)',
  '__rust_alloc',
  '__rust_alloc_zeroed',
  '__rdl_realloc',
  '__rg_alloc',
  '__rustc::__rust_alloc',
  '__rustc[4794b31dd7191200]::__rdl_alloc',
  'alloc::alloc::alloc',
  'alloc::alloc::exchange_malloc',
  'alloc::alloc::Global::alloc_impl',
  '<alloc::alloc::Global as core::alloc::Allocator>::allocate',
  '<std::alloc::System as core::alloc::global::GlobalAlloc>::alloc',
  'std::sys::unix::alloc::<impl core::alloc::global::GlobalAlloc for std::alloc::System>::alloc',
])('%s belongs to the allocator', (name) => {
  expect(isAllocating(name)).toBe(true);
});

test.each([
  'main',
  'malloc',
  'operator delete(void*)',
  'my::operator new_thing(int)',
  'std::vector<int, std::allocator<int> >::push_back(int&&)',
  'std::_Vector_base<int, std::allocator<int> >::_M_allocate(unsigned long)',
  'std::shared_ptr<A> std::allocate_shared<A, std::allocator<A> >(std::allocator<A> const&)',
  'std::allocator_traits<std::allocator<A> >::construct<A>(std::allocator<A>&, A*)',
  'pool::allocate(unsigned long)',
  'mine::std::allocator<int>::allocate(unsigned long)',
  'alloc::vec::Vec<T,alloc::alloc::Global>::push',
  'alloc::raw_vec::RawVec<T,A>::allocate_in',
  'core::alloc',
  'my::alloc::alloc::get',
  '<my::A as core::alloc::Allocator>::allocate',
])('%s does not', (name) => {
  expect(isAllocating(name)).toBe(false);
});

const anyFrame = fc.oneof(
  fc.constantFrom<FrameText>(
    ...[`malloc@${libc}`, `strdup@${libc}`, `+7@${libc}`, `main@${app}`, `put@${app}`],
    ...[`operator new(unsigned long)@${cxx}`, '0x7f00', '[stack table full]'],
  ),
  fc.constant({ kind: 'function', name: 'put', inlined: true } as const),
);
const stacks = fc.array(fc.record({ frames: fc.array(anyFrame, { minLength: 1, maxLength: 8 }) }), {
  minLength: 1,
});

test('a stack keeps its start, one frame at least, and the totals stay', () => {
  fc.assert(
    fc.property(stacks, (some) => {
      const capture = captureOf({ stacks: some });
      const pathOf = withoutAllocator(capture);
      for (const stack of capture.stacks) {
        const kept = framesOf(capture.paths, pathOf(stack));
        expect(kept.length).toBeGreaterThanOrEqual(1);
        expect(kept).toEqual(framesOf(capture.paths, stack.path).slice(0, kept.length));
      }
      expect(sums(capture, true)).toEqual(sums(capture, false));
    }),
  );
});

function sums(capture: Capture, hideAllocator: boolean): (number | undefined)[] {
  const profile = foldHeap(capture, 'all', { hideAllocator });
  return profile.columns.map((column) => totals(profile, column)[0]);
}
