/**
 * `text` without anything that a terminal obeys or that changes the order of what is read: control,
 * bidi and invisible characters become `?`. For names, which the traced process chooses.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');
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

/** A screen on `stream`; only a terminal that can erase has a live line. */
export function screenOn(stream: NodeJS.WriteStream): Screen {
  const watched = stream.isTTY && process.env.TERM !== 'dumb';
  let shown = false;
  const clear = () => {
    if (shown) stream.write('\r\x1b[K');
    shown = false;
  };
  return {
    clear,
    line(text) {
      clear();
      stream.write(`${printable(text)}\n`);
    },
    live(text) {
      if (!watched) return;
      clear();
      stream.write(printable(text).slice(0, (stream.columns || 80) - 1));
      shown = true;
    },
  };
}
