import { gunzipSync } from 'node:zlib';
import { ProfileBuilder } from '../../src/profile/builder.ts';
import { ProfileTextReader } from '../../src/profile/text-reader.ts';
import type { Profile } from '../../src/profile.ts';
import { type HtmlOptions, renderHtml } from '../../src/render/html.ts';
import type { PageData } from '../../src/render/page/html/data.ts';
import { type Source, sourceOf } from '../../src/render/page/html/source.ts';
import type { PageLook } from '../../src/render/page-look.ts';
import { htmlDocument } from '../documents.ts';
import { meta } from './pictures.ts';
import type { Stacks } from './profiles.ts';

/** The page of views of one source. */
export function htmlOf(views: Profile | readonly [Profile, ...Profile[]], options?: HtmlOptions) {
  const all = 'columns' in views ? ([views] as const) : views;
  return [...renderHtml(all, options)].join('');
}

/** What the page holds, read as it reads it itself. */
export function sourceIn(html: string): Source {
  const { dataset } = dataOf(html);
  return sourceOf(profileIn(html), JSON.parse(dataset.look!) as PageLook);
}

export function profileIn(html: string): Profile {
  const text = dataOf(html).querySelector('.memstacks-profile')!.textContent!;
  const reader = new ProfileTextReader();
  const lines = gunzipSync(Buffer.from(text, 'base64')).toString().slice(0, -1).split('\n');
  for (const line of lines) reader.take(line);
  return reader.finish();
}

/** Parsed alone, as the scripts and styles before and behind it take a hundred times as long. */
function dataOf(html: string): SVGElement {
  const [element] = /<svg id="data".*?<\/svg>/s.exec(html)!;
  return htmlDocument(element).querySelector<SVGElement>('#data')!;
}

export function dataIn(html: string): PageData {
  return sourceIn(html).data;
}

/** A view of a heap with bytes, and a call for every 100 of them. */
export function heapView(view: 'all' | 'unfreed', stacks: Stacks): Profile {
  const name = view === 'all' ? 'alloc' : 'inuse';
  const builder = new ProfileBuilder([
    { name: `${name}_space`, unit: 'bytes' },
    { name: `${name}_objects`, unit: 'count' },
  ]);
  for (const [stack, bytes] of stacks) {
    let node = 0;
    for (const frame of typeof stack === 'string' ? stack.split(';') : stack)
      node = builder.child(node, builder.frame(typeof frame === 'string' ? frameOf(frame) : frame));
    builder.add(node, 0, bytes);
    builder.add(node, 1, Math.ceil(bytes / 100));
  }
  return builder.build({ ...meta, view });
}

/** `malloc@libc.so.6`: a function and its module. */
function frameOf(text: string) {
  const [, name, module] = /^(.*)@([^@]+)$/.exec(text) ?? [];
  return name === undefined ? { name: text } : { name, module: module! };
}
