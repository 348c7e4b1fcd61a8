import { basename } from 'node:path';
import { single } from './numbers.ts';

const text = { type: 'string', requiresArg: true } as const;

/** What is handed to others. */
export const ticketFlags = {
  ticket: { ...text, describe: 'folder for picture, stacks and summary' },
  redact: { type: 'boolean', describe: 'no host names, paths and arguments' },
} as const;

interface TicketArgs {
  readonly ticket?: string | readonly string[] | undefined;
  readonly redact?: boolean | undefined;
}

export interface TicketChoice {
  /** Folder; undefined for no ticket. */
  readonly ticket: string | undefined;
  readonly redact: boolean;
}

/** Throws a UserError for more than one folder. */
export function ticketChoiceOf({ ticket, redact = false }: TicketArgs): TicketChoice {
  return { ticket: single(ticket, '--ticket'), redact };
}

/** The command line of this program as somebody may type it again; redacted without folders and arguments of programs. */
export function ownCommand(redact: boolean): string {
  const [, , ...words] = process.argv;
  const shown = redact ? words.map(redactedWord) : words;
  return ['memstacks', ...shown].map(quoted).join(' ');
}

/**
 * An option without the folders of its value; behind -c, however that is spelt, stands a program with its arguments, and
 * only the program is left.
 */
function redactedWord(word: string): string {
  const [, option, value] = /^(--[\w-]+=|-\w=?(?!\w*$)|)(.*)$/s.exec(word)!;
  return option + basename(value!.trim().split(/\s/)[0]!);
}

function quoted(word: string): string {
  return /^[\w./:=,%@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
