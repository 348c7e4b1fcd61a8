import splitWords from 'string-argv';
import type { Target } from '../collect/trace.ts';
import { UserError } from '../errors.ts';
import { several, single } from './numbers.ts';

/** What the user gave to say what is to be traced. */
export interface TargetOptions {
  readonly pid?: string | readonly string[] | undefined;
  readonly name?: string | readonly string[] | undefined;
  readonly command?: string | readonly string[] | undefined;
  readonly kill?: boolean | undefined;
}

/** The one kind of target that was given, checked; a name is not looked up yet. */
export type TargetChoice = Target | { readonly kind: 'name'; readonly name: string };

/** Throws a UserError unless exactly one kind of target was given, and is well-formed. */
export function chooseTarget(options: TargetOptions): TargetChoice {
  const pids = pidList(options.pid);
  const name = single(options.name, '--name');
  const command = single(options.command, '--command');
  const given = [pids.length > 0, name !== undefined, command !== undefined].filter(Boolean).length;
  if (given !== 1) {
    const mistake = given === 0 ? 'say what to trace' : 'only one kind of target at a time';
    throw new UserError(
      `${mistake}: -p PID, -n NAME or -c 'COMMAND ARGS'; see memstacks --help`,
      2,
    );
  }
  if (options.kill && command === undefined)
    throw new UserError('--kill needs -c: only a program that memstacks started can be ended', 2);
  if (command !== undefined)
    return { kind: 'command', words: commandWords(command), kill: options.kill ?? false };
  return name === undefined ? { kind: 'pids', pids } : { kind: 'name', name };
}

/** Process ids from values that may hold several, separated by commas; duplicates are merged. */
export function pidList(values: TargetOptions['pid']): number[] {
  const words = several(values, '--pid').flatMap((value) => value.split(','));
  for (const word of words)
    if (!/^[1-9]\d{0,8}$/.test(word))
      throw new UserError(`-p ${word}: expected process ids, such as 1234 or 1234,1235`, 2);
  return [...new Set(words.map(Number))];
}

/**
 * Looks a name up, and says on the way which processes it means, and what runs instead where one is but the shell that
 * waits for it. Throws a UserError for a name without processes.
 */
export async function resolveTarget(
  choice: TargetChoice,
  say: (text: string) => void,
): Promise<Target> {
  const target = choice.kind === 'name' ? await targetNamed(choice, say) : choice;
  if (target.kind === 'pids')
    for (const pid of target.pids)
      for (const line of await shellAdvice(pid, target.pids)) say(line);
  return target;
}

const mostChildren = 3;

/** A shell waits, and what it runs was there before the trace, which follows only new children. */
async function shellAdvice(pid: number, traced: readonly number[]): Promise<string[]> {
  const { runByShell } = await import('../collect/processes.ts');
  const others = (await runByShell(pid)).filter((child) => !traced.includes(child.pid));
  if (others.length === 0) return [];
  const shown = others.slice(0, mostChildren);
  const words = shown.map(({ pid, names }) => `pid ${pid} (${names[0] ?? '?'})`).join(', ');
  const more = others.length - shown.length;
  const rest = more > 0 ? ` and ${more} more` : '';
  const pids = shown.map((child) => child.pid).join(',');
  return [`warning: pid ${pid} is a shell, which runs ${words}${rest}: -p ${pids} traces that`];
}

async function targetNamed(
  choice: TargetChoice & { readonly kind: 'name' },
  say: (text: string) => void,
): Promise<Target> {
  const { processesNamed } = await import('../collect/processes.ts');
  const found = await processesNamed(choice.name);
  if (found.length === 0)
    throw new UserError(`no process is called ${choice.name}: look for its name with ps -e`);
  const pids = found.map(({ pid }) => pid);
  say(`${choice.name} is pid ${pids.join(', ')}`);
  return { kind: 'pids', pids, mayEnd: pids.length > 1 };
}

/** Words of a command line with quotes; nothing else of a shell. Throws a UserError for the rest. */
export function commandWords(command: string): string[] {
  const unquoted = command.replace(/"[^"]*"|'[^']*'/g, '');
  if (/["']/.test(unquoted)) throw new UserError(`-c ${command}: a quote is not closed`, 2);
  const special = /&&|\|\||>>|[|&;<>()$`\\*]/.exec(unquoted)?.[0];
  if (special !== undefined)
    throw new UserError(
      `-c is not run by a shell, so ${special} has no meaning: quote it, or use -c "sh -c '...'"`,
      2,
    );
  const words = splitWords(command);
  if (words.length === 0 || words[0] === '') throw new UserError('-c needs a command', 2);
  if (/^\w+=/.test(words[0]!))
    throw new UserError(`-c is not run by a shell: set variables with -c 'env ${words[0]} ...'`, 2);
  return words;
}
