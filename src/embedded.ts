/**
 * How a profile lies in an SVG, and in that of an HTML page: as base64 of the gzipped text of `writeProfile` in this element. Whatever
 * names a picture shows, this tag is in it once: they are escaped.
 */
export const embeddedTag = '<metadata class="memstacks-profile">';

/** Whether a file that begins so is an SVG. Python's frames may begin with `<` too: `<module>`. */
export function isSvg(first: Uint8Array): boolean {
  const text = Buffer.from(first).toString('latin1');
  return /^(\xef\xbb\xbf)?\s*<(\?xml|!--|!DOCTYPE svg|svg[\s>])/i.test(text);
}

/** Whether a file that begins so is an HTML page. */
export function isHtml(first: Uint8Array): boolean {
  const text = Buffer.from(first).toString('latin1');
  return /^(\xef\xbb\xbf)?\s*(<!--[^>]*-->\s*)?<(!doctype html|html[\s>])/i.test(text);
}

const lessThan = 0x3c;

/**
 * The gzipped bytes in a picture, as they come; none where it has no such element. White space and
 * whatever else is not base64 is skipped: gzip's checksum tells.
 */
export async function* embeddedBytes(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let text = Buffer.alloc(0);
  let isInside = false;
  for await (const chunk of chunks) {
    text = Buffer.concat([text, chunk]);
    if (!isInside) {
      const at = text.indexOf(embeddedTag);
      isInside = at >= 0;
      text = text.subarray(isInside ? at + embeddedTag.length : 1 - embeddedTag.length);
    }
    if (!isInside) continue;
    const end = text.indexOf(lessThan);
    const { bytes, rest } = decoded(end < 0 ? text : text.subarray(0, end), end >= 0);
    yield bytes;
    if (end >= 0) return;
    text = rest;
  }
  if (isInside) yield decoded(text, true).bytes;
}

/** Only whole groups of four, but at the end. */
function decoded(text: Buffer, isLast: boolean): { bytes: Uint8Array; rest: Buffer<ArrayBuffer> } {
  const letters = text.toString('latin1').replace(/[^A-Za-z0-9+/]/g, '');
  const whole = isLast ? letters.length : letters.length - (letters.length % 4);
  return {
    bytes: Buffer.from(letters.slice(0, whole), 'base64'),
    rest: Buffer.from(letters.slice(whole), 'latin1'),
  };
}
