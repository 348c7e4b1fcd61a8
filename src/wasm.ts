import { readFileSync } from 'node:fs';

const modules: Record<string, WebAssembly.Module> = {};

/** What a new instance of a module exports that was made of wasm/*.c. Throws an Error if it was not built. */
export function newInstance(name: 'tree' | 'text' | 'lists' | 'deflate'): object {
  // It never changes, so it is read and compiled only once.
  modules[name] ??= compiled(name);
  return new WebAssembly.Instance(modules[name]).exports;
}

function compiled(name: string): WebAssembly.Module {
  const file = fileOf(name);
  try {
    return new WebAssembly.Module(readFileSync(file));
  } catch (error) {
    throw new Error(`${file.pathname} is missing: run "npm run build"`, { cause: error });
  }
}

/** The bundle, dist/cli/memstacks.cjs, lies one folder deeper than src/wasm.ts and dist/wasm.js. */
function fileOf(name: string): URL {
  const root = import.meta.url.endsWith('.cjs') ? '../..' : '..';
  return new URL(`${root}/wasm/.output/${name}.wasm`, import.meta.url);
}
