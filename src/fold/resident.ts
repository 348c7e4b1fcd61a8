import type { Capture } from '../capture.ts';
import { UserError } from '../errors.ts';
import { ProfileBuilder } from '../profile/builder.ts';
import { type PageKind, pageKinds } from '../profile/residency.ts';
import type { NodeIndex, Profile } from '../profile.ts';
import { type Growth, growthOf } from './residency.ts';
import { residentMetadata } from './resident-metadata.ts';
import { type FrameChoice, nodeOf, processNode, type StackTree, stackTree } from './stack-tree.ts';

export interface ResidentChoice {
  /** Only pages of these kinds. Default: all. */
  readonly kinds?: readonly PageKind[];
  /** Bytes are the first column instead of pages. */
  readonly bytes?: boolean;
}

/** What stands for pages that became resident, and of which no fault was seen. */
export const withoutFaultFrame = '[resident without a fault]';

/**
 * The pages that became resident while tracing and still are, by the stack that faulted them in: columns
 * `resident_pages` and `resident_bytes`. Their total is the growth of the resident set, and what was
 * freed of it meanwhile. Throws a UserError for a capture without page faults, or one that was cut short.
 */
export function foldResident(
  capture: Capture,
  { kinds = pageKinds, bytes = false, ...frames }: ResidentChoice & FrameChoice = {},
): Profile {
  checkFaults(capture, frames);
  const builder = new ProfileBuilder(columns);
  const tree = stackTree(capture, builder, frames);
  const growths = capture.processes.map((_, process) => growthOf(capture, process, kinds));
  for (const [process, growth] of growths.entries()) addGrowth(growth, process, tree);
  const profile = builder.build(residentMetadata(capture, growths));
  return bytes ? { ...profile, columns: [...profile.columns].reverse() } : profile;
}

const columns = [
  { name: 'resident_pages', unit: 'pages' },
  { name: 'resident_bytes', unit: 'bytes' },
] as const;

function checkFaults({ faults, truncated }: Capture, { hideAllocator }: FrameChoice): void {
  if (faults === undefined)
    throw new UserError(
      'this capture has no page faults, so it cannot tell what is resident: ' +
        'use the view "all" or "unfreed", or trace with memstacks pgfault',
    );
  if (truncated)
    throw new UserError(
      'the capture was cut short, so it is not known which pages are resident: trace again',
    );
  if (hideAllocator)
    throw new UserError('--hide-allocator is about allocations, not about resident pages', 2);
}

function addGrowth({ byStack, residency }: Growth, process: number, tree: StackTree): void {
  const { builder, capture } = tree;
  capture.faults!.stacks.forEach((stack, place) => {
    if (byStack[place]! > 0) addPages(nodeOf(stack, tree), byStack[place]!, tree);
  });
  if (residency.withoutFault === 0) return;
  const frame = builder.frame({ name: withoutFaultFrame });
  addPages(builder.child(processNode(process, tree), frame), residency.withoutFault, tree);
}

function addPages(node: NodeIndex, pages: number, { builder, capture }: StackTree): void {
  builder.add(node, 0, pages);
  builder.add(node, 1, pages * capture.header.pageSize);
}
