import { basename } from 'node:path';
import { withoutFolders } from '../profile/redact.ts';
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

/** What is behind -c begins with the program. */
function redactedWord(word: string, index: number, words: readonly string[]): string {
  const isCommand = ['-c', '--command'].includes(words[index - 1] ?? '');
  if (isCommand) return basename(word.split(/\s/)[0]!);
  if (word.startsWith('--command=')) return `--command=${redactedWord(word.slice(10), 1, ['-c'])}`;
  return word.startsWith('-') ? withoutFolders(word) : basename(word);
}

function quoted(word: string): string {
  return /^[\w./:=,%@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
