import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { failureOf, type Sink } from './sink.ts';

/** A device or a pipe, which may keep a writer waiting, or a file that is to be compressed. Closed at the end. */
export function streamSink(fd: number, { gzip: isGzip }: { readonly gzip: boolean }): Sink {
  const file = createWriteStream('', { fd });
  const gzip = isGzip ? createGzip() : undefined;
  const head = gzip ?? file;
  const ended = failureOf(gzip ? pipeline(gzip, file) : finished(file));
  return {
    async write(chunk) {
      if (head.destroyed || head.write(chunk)) return;
      await Promise.race([once(head, 'drain').catch(() => {}), ended]);
    },
    end() {
      if (!head.destroyed) head.end();
      return ended;
    },
    async destroy() {
      head.destroy();
      await ended;
    },
  };
}
