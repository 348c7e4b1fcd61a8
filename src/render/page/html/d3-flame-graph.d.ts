/** What is used of d3-flame-graph 5.0.0, which has no types of its own. */
declare module 'd3-flame-graph' {
  import type { HierarchyRectangularNode, Selection } from 'd3';

  interface FlameGraph<Datum> {
    // biome-ignore lint/suspicious/noExplicitAny: d3's selections of any kind
    (selection: Selection<any, Datum, any, any>): void;
    width(pixels: number): this;
    height(pixels: number): this;
    cellHeight(pixels: number): this;
    inverted(isInverted: boolean): this;
    minFrameSize(pixels: number): this;
    transitionDuration(milliseconds: number): this;
    tooltip(tip: (() => void) & { show(): void; hide(): void }): this;
    getName(name: (node: HierarchyRectangularNode<Datum>) => string): this;
    getValue(value: (datum: Datum) => number): this;
    getChildren(children: (datum: Datum) => readonly Datum[] | undefined): this;
    setColorMapper(
      color: (node: HierarchyRectangularNode<Datum>, original: string) => string,
    ): this;
    destroy(): this;
  }

  // biome-ignore lint/style/noDefaultExport: as the package has it
  export default function flamegraph<Datum>(): FlameGraph<Datum>;
}
