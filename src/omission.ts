/** Something that the numbers do not contain, and why. */
export interface Omission {
  /** A stable word, such as `live_table_full`; see bpf/README.md. */
  readonly reason: string;
  readonly calls: number;
  /** What `calls` counts. Default: call. */
  readonly noun?: 'call' | 'fault' | 'event';
  /** Undefined where the size is not known. */
  readonly bytes?: number;
}
