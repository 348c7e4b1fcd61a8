import type { Frame } from '../frame.ts';

const texts = new WeakMap<readonly Frame[], Uint8Array<ArrayBuffer>>();

/** Of frames that are nothing but names, their text: ASCII with a `;` behind each. */
export function keepNames(frames: readonly Frame[], text: Uint8Array<ArrayBuffer>): void {
  texts.set(frames, text);
}

/** What was kept of just these frames: sooner written than what is made of thousands of strings. */
export function namesAsRead(frames: readonly Frame[]): Uint8Array<ArrayBuffer> | undefined {
  return texts.get(frames);
}
