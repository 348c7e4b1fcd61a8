import { embeddedBytes, isHtml } from '../embedded.ts';
import { UserError } from '../errors.ts';
import { forEachLine } from '../lines.ts';
import { missingColumn, wrongField } from '../profile/metadata-check.ts';
import { ProfileTextReader } from '../profile/text-reader.ts';
import { separatedViews } from '../profile/views.ts';
import type { Profile } from '../profile.ts';
import { formatBytes } from '../units.ts';
import { gunzipped } from './gunzip.ts';
import { type Bytes, type Peeked, peek } from './peek.ts';

/** Why there may be nothing in a picture. */
const reasons = {
  SVG: 'it is cut short, or was drawn with --no-embed, or its --max-size left them out, or by another tool, such as flamegraph.pl',
  'HTML page':
    'it is cut short, or was written by an older memstacks, whose pages cannot be read, or by another tool',
} as const;
type PictureWord = keyof typeof reasons;

/** The views that a picture holds, the one it shows first. Throws a UserError where there is none, or it is broken. */
export async function readPicture({
  first,
  all,
}: Peeked): Promise<readonly [Profile, ...Profile[]]> {
  const word = isHtml(first) ? 'HTML page' : 'SVG';
  const data = await peek(embeddedBytes(all));
  if (data.first.length === 0)
    throw new UserError(
      `there are no stacks in this ${word}: ${reasons[word]}; name the capture or the collapsed stacks that it was drawn from`,
    );
  const reader = new ProfileTextReader(wrongField);
  const text = gunzipped(data.all, () => {
    throw new UserError(`the data in this ${word} are cut short`);
  });
  await forEachLine(atMost(text, word), (line) => reader.take(new TextDecoder().decode(line)));
  const views = viewsOf(reader.finish());
  for (const view of views) checkColumns(view);
  return views;
}

function checkColumns(view: Profile): void {
  const missing = missingColumn(view);
  if (missing !== undefined)
    throw new UserError(`the embedded data are malformed: there is no column "${missing}"`);
}

function viewsOf(profile: Profile): readonly [Profile, ...Profile[]] {
  try {
    return separatedViews(profile);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`the embedded data are malformed: ${error.message}`);
  }
}

/** A small file can stand for a lot of them. */
const mostEmbeddedBytes = 1024 ** 3;

async function* atMost(chunks: Bytes, word: PictureWord): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > mostEmbeddedBytes)
      throw new UserError(
        `the data in this ${word} unpack to more than ${formatBytes(mostEmbeddedBytes)}`,
      );
    yield chunk;
  }
}
