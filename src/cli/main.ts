import { readFileSync } from 'node:fs';
import yargs, { type Argv } from 'yargs';
import { UserError } from '../errors.ts';
import { diff } from './diff.ts';
import { doctor } from './doctor.ts';
import { fold } from './fold.ts';
import { pgfault } from './pgfault.ts';
import { record } from './record.ts';
import { render } from './render.ts';
import { printable, stderr } from './terminal.ts';
import { top } from './top.ts';
import { trace } from './trace.ts';

/** A new command is one file and its line here. */
const commands = [trace, pgfault, record, fold, render, top, diff, doctor];

// Should the program ever end without an answer, that is no success.
process.exitCode = 1;
void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});

async function main(words: readonly string[]): Promise<number> {
  let exitCode = Promise.resolve(0);
  const parser = parserOf(words);
  for (const command of commands) command.register(parser, (code) => (exitCode = code));
  try {
    await checkCommand(words[0]);
    await parser.parseAsync();
    return await exitCode;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    stderr().write(`memstacks: ${printable(error.message)}\n`);
    return error.exitCode;
  }
}

function parserOf(words: readonly string[]): Argv {
  return yargs([...words])
    .scriptName('memstacks')
    .detectLocale(false)
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'boolean-negation': false,
      'dot-notation': false,
      'populate--': true,
    })
    .strictOptions()
    .exitProcess(false)
    .fail(usageMistake)
    .wrap(80)
    .help()
    .alias('h', 'help')
    .version(packageVersion());
}

/** A first word that is neither an option nor seconds is meant as a command. Throws a UserError if it is none. */
async function checkCommand(word: string | undefined): Promise<void> {
  const names = commands.map(({ name }) => name).filter((name) => name !== '$0');
  if (word === undefined || names.includes(word) || /^[-.\d]/.test(word)) return;
  const { nearest } = await import('./nearest.ts');
  const meant = nearest(word, names);
  const question = meant === undefined ? '' : `, did you mean ${meant}?`;
  throw new UserError(
    `${word} is neither a command nor seconds${question}; see memstacks --help`,
    2,
  );
}

function usageMistake(message: string, error: Error | undefined): never {
  if (error && error.name !== 'YError') throw error;
  const text = withoutTwins((message || error?.message || 'wrong usage').replace(/\s+/g, ' '));
  throw new UserError(`${text[0]!.toLowerCase()}${text.slice(1)}; see memstacks --help`, 2);
}

/** yargs knows an option `--max-rate` as `maxRate`, too, and tells both. */
function withoutTwins(text: string): string {
  const [, list] = /^Unknown arguments: (.*)$/i.exec(text) ?? [];
  if (list === undefined) return text;
  const names = list.split(', ');
  const isTwin = (name: string) =>
    /[A-Z]/.test(name) && names.includes(name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`));
  const shown = names.filter((name) => !isTwin(name));
  return `Unknown argument${shown.length === 1 ? '' : 's'}: ${shown.join(', ')}`;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
