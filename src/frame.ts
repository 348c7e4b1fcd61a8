/** What may be known of a frame besides its function. */
export interface FrameDetails {
  /** Source file, as the compiler was told. Chosen by the traced process: hostile. */
  readonly file?: string;
  /** In `file`, counted from 1. */
  readonly line?: number;
  readonly kernel?: boolean;
  /** The compiler put it into the next outer frame's function. */
  readonly inlined?: boolean;
  /** Code that was made while the program ran, named by the compiler that made it. */
  readonly jit?: boolean;
}

/** One function in a stack. Frames that differ in anything are two frames. */
export interface Frame extends FrameDetails {
  /** As shown: demangled, or `[module]` where no symbol is known. Chosen by the traced process: hostile. */
  readonly name: string;
  /** Base name of the file that the code lies in, where known. */
  readonly module?: string;
}
