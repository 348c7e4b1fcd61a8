import type { ArgumentsCamelCase, Argv } from 'yargs';
import { UserError } from '../errors.ts';

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
  /** What it is called by; `$0` where no name is needed. */
  readonly name: string;
  /** Calls `start` with the exit code to be, if it is this command that the user named. */
  register(parser: Argv, start: (exitCode: Promise<number>) => void): void;
}

/** Hides the type of the options, so that commands with different ones fit into one list. */
export function defineCommand<Options>(spec: CommandSpec<Options>): Command {
  return {
    name: nameOf(spec.command),
    register(parser, start) {
      parser.command<Options>({
        command: spec.command,
        describe: spec.describe,
        builder: spec.options,
        // Not given back: for a promise yargs makes the text of --help, in case that it fails.
        handler: (args) => start(spec.run(withAllWords(args, spec.command))),
      });
    },
  };
}

function nameOf(command: string): string {
  return command.split(' ')[0]!;
}

/**
 * Fills positionals with what follows a `--`, which yargs leaves alone, whatever it begins with. Throws a UserError
 * for words that are left over.
 */
function withAllWords<Options>(
  args: ArgumentsCamelCase<Options>,
  command: string,
): ArgumentsCamelCase<Options> {
  const names = [...command.matchAll(/\[(\w+)\]/g)].map(([, name]) => name!);
  const [...surplus] = nameOf(command) === '$0' ? args._ : args._.slice(1);
  // yargs hands a `-` over as an empty text, too.
  const literal = [args['--'] ?? []].flat().map((word) => (word === '-' ? '' : String(word)));
  const free = names.filter((name) => args[name] === undefined);
  const filled = free.slice(0, literal.length).map((name, index) => [name, literal[index]]);
  const [word] = [...surplus, ...literal.slice(filled.length)];
  if (word !== undefined) throw tooMany(String(word || '-'), command, names);
  return { ...args, ...Object.fromEntries(filled) };
}

const numerals = ['no argument', 'one argument', 'two arguments'];

function tooMany(word: string, command: string, names: readonly string[]): UserError {
  const own = ['memstacks', nameOf(command)].filter((each) => each !== '$0').join(' ');
  const list = names.map((name) => `[${name}]`).join(' ');
  const takes = `${numerals[names.length]}${list && `, ${list}`}`;
  return new UserError(`unexpected argument ${word}: ${own} takes ${takes}; see ${own} --help`, 2);
}
