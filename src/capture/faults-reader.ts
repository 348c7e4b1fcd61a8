import type { CaptureFaults, CaptureMapping, FaultStack } from './faults.ts';
import { type CaptureLine, has, nested, oneOf, reference } from './line.ts';
import { FaultRunTable, PageRunTable } from './page-runs.ts';
import { parseMapping, takeFaulted, takeResident } from './parse-faults.ts';

interface ProcessDraft {
  readonly mappings: CaptureMapping[];
  readonly start: PageRunTable;
  readonly end: PageRunTable;
  readonly faulted: FaultRunTable;
}

/** Reads the lines of a capture that only page faults have. */
export class FaultsReader {
  readonly #source: CaptureFaults['source'];
  readonly #stacks: FaultStack[] = [];
  /** By a stack's number: its place in `#stacks`; -1 for one that allocated. */
  readonly #places: number[] = [];
  readonly #processes: ProcessDraft[] = [];

  /** @param header of the capture */
  constructor(header: CaptureLine) {
    this.#source = oneOf(nested(header, 'faults'), 'source', ['exceptions', 'perf']);
  }

  get stackCount(): number {
    return this.#stacks.length;
  }

  addProcess(): void {
    this.#processes.push({
      mappings: [],
      start: new PageRunTable(),
      end: new PageRunTable(),
      faulted: new FaultRunTable(),
    });
  }

  /** @param number of the stack among all of the capture */
  addStack(stack: FaultStack, number: number): void {
    while (this.#places.length < number) this.#places.push(-1);
    this.#places[number] = this.#stacks.push(stack) - 1;
  }

  takes(line: CaptureLine): boolean {
    return kinds.some((kind) => has(line, kind));
  }

  /** Throws a UserError for a malformed line. */
  take(line: CaptureLine): void {
    const process = this.#processes[reference(line, 'process', this.#processes)]!;
    if (has(line, 'mapping')) process.mappings.push(parseMapping(line, process.mappings.at(-1)));
    else if (has(line, 'faulted')) takeFaulted(line, process.faulted, this.#places);
    else takeResident(line, process[oneOf(line, 'when', ['start', 'end'])]);
  }

  finish(): CaptureFaults {
    return {
      source: this.#source,
      stacks: this.#stacks,
      processes: this.#processes.map(({ mappings, start, end, faulted }) => ({
        mappings,
        start: start.runs(),
        end: end.runs(),
        faulted: faulted.runs(),
      })),
    };
  }
}

const kinds = ['mapping', 'resident', 'faulted'];
