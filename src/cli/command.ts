import type { ArgumentsCamelCase, Argv } from 'yargs';

/** One command of the program; its options are yargs' business, the exit code is its result. */
export interface CommandSpec<Options> {
  /** As yargs has it: name and positionals; `$0` is what runs when no command is named. */
  readonly command: string;
  /** False: not in the list of commands. */
  readonly describe: string | false;
  readonly options: (parser: Argv) => Argv<Options>;
  readonly run: (args: ArgumentsCamelCase<Options>) => Promise<number>;
}

export interface Command {
  /** Calls `start` with the exit code to be, if it is this command that the user named. */
  register(parser: Argv, start: (exitCode: Promise<number>) => void): void;
}

/** Hides the type of the options, so that commands with different ones fit into one list. */
export function defineCommand<Options>(spec: CommandSpec<Options>): Command {
  return {
    register(parser, start) {
      parser.command<Options>({
        command: spec.command,
        describe: spec.describe,
        builder: spec.options,
        // Not given back: for a promise yargs makes the text of --help, in case that it fails.
        handler: (args) => start(spec.run(args)),
      });
    },
  };
}
