import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { readCapture } from '../../src/capture/reader.ts';
import type { Capture } from '../../src/capture.ts';
import { UserError } from '../../src/errors.ts';
import { chunksOf } from '../chunks.ts';

const folder = new URL('../data/capture/', import.meta.url);
export const heap = readFileSync(new URL('heap.capture', folder), 'utf8');
export const two = readFileSync(new URL('two-processes.capture', folder), 'utf8');
export const details = readFileSync(new URL('details.capture', folder), 'utf8');
export const lines = heap.trimEnd().split('\n');
export const detailLines = details.trimEnd().split('\n');

export function read(text: string | Uint8Array, chunkSize?: number): Promise<Capture> {
  return readCapture(chunksOf(text, chunkSize));
}

/** The capture with one line replaced; line numbers count from 1. */
export function withLine(number: number, line: string, whole = lines): string {
  return `${whole.with(number - 1, line).join('\n')}\n`;
}

/** What is wrong with it. */
export async function messageOf(text: string): Promise<string> {
  const error = await read(text).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).message;
}
