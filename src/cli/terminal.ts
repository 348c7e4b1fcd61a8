/**
 * `text` without anything that a terminal obeys or that changes the order of what is read: control,
 * bidi and invisible characters become `?`. For names, which the traced process chooses.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');
}

let guarded: NodeJS.WriteStream | undefined;

/** Our stderr, which a command with nothing to say does without: it takes longer to load than to write to. */
export function stderr(): NodeJS.WriteStream {
  // A terminal or a pipe that is gone cannot be told about it; the result is still wanted.
  guarded ??= process.stderr.on('error', () => {});
  return guarded;
}

/** Where progress, warnings and the summary go. */
export interface Screen {
  /** Prints a line that stays. */
  line(text: string): void;
  /** Redraws the line that does not stay; does nothing where nobody watches. */
  live(text: string): void;
  /** Takes the live line away. */
  clear(): void;
}

/** stderr as a screen; only a terminal that can erase has a live line. */
export function stderrScreen(): Screen {
  let shown = false;
  const clear = () => {
    if (shown) stderr().write('\r\x1b[K');
    shown = false;
  };
  return {
    clear,
    line(text) {
      clear();
      stderr().write(`${printable(text)}\n`);
    },
    live(text) {
      const { isTTY, columns } = stderr();
      if (!isTTY || process.env.TERM === 'dumb') return;
      clear();
      stderr().write(printable(text).slice(0, (columns || 80) - 1));
      shown = true;
    },
  };
}
