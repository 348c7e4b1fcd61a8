import type { ResidentChoice } from '../fold/resident.ts';
import { pageKinds } from '../profile/residency.ts';

const flag = { type: 'boolean' } as const;

/** Which pages the view of resident memory shows, and in which unit. */
export const residentFlags = {
  bytes: { ...flag, describe: 'resident: bytes instead of pages' },
  anon: { ...flag, describe: 'resident: only anonymous memory' },
  file: { ...flag, describe: 'resident: only pages of files' },
  shmem: { ...flag, describe: 'resident: only shared memory' },
} as const;

type ResidentArgs = { readonly [Name in keyof typeof residentFlags]?: boolean | undefined };

/** Of several kinds, all of them; without any, every kind. */
export function residentChoiceOf(args: ResidentArgs): ResidentChoice {
  const kinds = pageKinds.filter((kind) => args[kind]);
  return { ...(kinds.length > 0 && { kinds }), ...(args.bytes && { bytes: true }) };
}
