import type { Metadata } from '../../src/profile/metadata.ts';
import { svgDocument } from '../documents.ts';

/** Of a run with everything in it. */
export const meta: Metadata = {
  view: 'unfreed',
  host: 'web1',
  kernel: '6.1.0-18-amd64',
  tool: 'memstacks 0.1.0',
  targets: ['server (pid 1234)'],
  start: '2026-11-21T06:14:00.123Z',
  durationMs: 5002,
  filters: ['size >= 64 bytes'],
  filtered: [{ reason: 'size', calls: 10, bytes: 160 }],
  lost: [{ reason: 'live_table_full', calls: 12, bytes: 4096 }],
  notes: ['counts requests, also those that failed'],
};

/** Texts of the elements that a selector finds. */
export function textsOf(document: Document, selector: string): string[] {
  return [...document.querySelectorAll(selector)].map((element) => element.textContent!);
}

/** Of every frame, in the order of drawing. */
export function tooltips(svg: string): string[] {
  return textsOf(svgDocument(svg), '.f > title');
}

/** Without style, data and script, which other tests look at. */
export function picture(svg: string): string {
  return svg.replace(/<(style|metadata|script)\b.*?<\/\1>\n/gs, '');
}
