import { ProfileTextReader } from '../../profile/text-reader.ts';
import type { Profile } from '../../profile.ts';

/** What base64 stands for. Throws for what is none. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const letters = atob(base64);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/** The profile that `writeProfile` wrote as this text. Throws a UserError for any other. */
export function profileOf(text: string): Profile {
  const reader = new ProfileTextReader();
  for (const line of text.slice(0, -1).split('\n')) reader.take(line);
  return reader.finish();
}
