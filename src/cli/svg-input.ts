import { embeddedBytes } from '../embedded.ts';
import { UserError } from '../errors.ts';
import { forEachLine } from '../lines.ts';
import { missingColumn, wrongField } from '../profile/metadata-check.ts';
import { ProfileTextReader } from '../profile/text-reader.ts';
import type { Profile } from '../profile.ts';
import { formatBytes } from '../units.ts';
import { gunzipped } from './gunzip.ts';
import { type Bytes, peek } from './peek.ts';

/** The profile that an SVG holds. Throws a UserError where there is none, or it is broken. */
export async function readSvg(chunks: Bytes): Promise<Profile> {
  const data = await peek(embeddedBytes(chunks));
  if (data.first.length === 0)
    throw new UserError(
      'there are no stacks in this SVG: it is cut short, or was drawn with --no-embed, or its --max-size left them out, or by another tool, such as flamegraph.pl; name the capture or the collapsed stacks that it was drawn from',
    );
  const reader = new ProfileTextReader(wrongField);
  const text = gunzipped(data.all, () => {
    throw new UserError('the data in this SVG are cut short');
  });
  await forEachLine(atMost(text, mostEmbeddedBytes), (line) =>
    reader.take(new TextDecoder().decode(line)),
  );
  const profile = reader.finish();
  const missing = missingColumn(profile);
  if (missing !== undefined)
    throw new UserError(`the embedded data are malformed: there is no column "${missing}"`);
  return profile;
}

/** A small file can stand for a lot of them. */
const mostEmbeddedBytes = 1024 ** 3;

async function* atMost(chunks: Bytes, most: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > most)
      throw new UserError(`the data in this SVG unpack to more than ${formatBytes(most)}`);
    yield chunk;
  }
}
