import { embeddedTag } from '../embedded.ts';
import { gzip } from '../gzip.ts';
import { writeProfile } from '../profile/text.ts';
import type { Profile } from '../profile.ts';

/** Bytes of a line of base64: a multiple of 3. */
const lineBytes = 3 * 1024;

/**
 * A profile as an element of an SVG, in chunks of text: it can be read back whole. Undefined when that
 * would be longer than `limit`. The same profile is the same text on every machine.
 */
export function embed(profile: Profile, limit: number): string[] | undefined {
  const base64 = new Base64Lines();
  for (const bytes of gzip(writeProfile(profile))) {
    base64.add(bytes);
    if (base64.length > limit) return undefined;
  }
  const chunks = [embeddedTag, '\n', ...base64.finish(), '</metadata>\n'];
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return length > limit ? undefined : chunks;
}

class Base64Lines {
  readonly #lines: string[] = [];
  #rest = Buffer.alloc(0);
  /** Characters so far. */
  length = 0;

  add(bytes: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    let start = 0;
    for (; this.#rest.length - start >= lineBytes; start += lineBytes)
      this.#push(this.#rest.subarray(start, start + lineBytes));
    this.#rest = this.#rest.subarray(start);
  }

  finish(): readonly string[] {
    if (this.#rest.length > 0) this.#push(this.#rest);
    return this.#lines;
  }

  #push(bytes: Buffer): void {
    const line = `${bytes.toString('base64')}\n`;
    this.#lines.push(line);
    this.length += line.length;
  }
}
