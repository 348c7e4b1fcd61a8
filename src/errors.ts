/** Exit codes of every command: 1 could not do it, 2 wrong usage. */
export type ExitCode = 1 | 2;

/**
 * Something the user can act on. `src/cli/main.ts` prints it as one line and exits with its code;
 * any other error is a bug of ours and keeps its stack.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: ExitCode;

  /** @param message lower case, no full stop: what is wrong, where, and what to do about it */
  constructor(message: string, exitCode: ExitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
