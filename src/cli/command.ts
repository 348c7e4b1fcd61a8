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
  register(parser: Argv, finish: (exitCode: number) => void): void;
}

/** Hides the type of the options, so that commands with different ones fit into one list. */
export function defineCommand<Options>(spec: CommandSpec<Options>): Command {
  return {
    register(parser, finish) {
      parser.command<Options>({
        command: spec.command,
        describe: spec.describe,
        builder: spec.options,
        handler: async (args) => finish(await spec.run(args)),
      });
    },
  };
}
