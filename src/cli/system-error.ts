import { getSystemErrorMap } from 'node:util';

/** What the system said, such as `no space left on device`; undefined for any other kind of error. */
export function systemReason(error: unknown): string | undefined {
  // Errors of zlib have an errno too, but of another list.
  if (!(error instanceof Error && 'syscall' in error && 'errno' in error)) return undefined;
  if ('code' in error && error.code === 'EISDIR') return 'it is a directory';
  return getSystemErrorMap().get(Number(error.errno))?.[1] ?? error.message;
}
