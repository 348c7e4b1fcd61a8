import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What packagers make of programs, by the tools that they make it with. */

function run(tool: string, ...args: readonly string[]): string {
  return execFileSync(tool, args, { encoding: 'utf8' });
}

/** Without .symtab and debug information. */
export function strip(file: string, to: string): void {
  run('strip', '-o', to, file);
}

/** What `strip` takes away, compressed as Debian does it. */
export function splitDebugFile(file: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  run('objcopy', '--only-keep-debug', '--compress-debug-sections', file, to);
}

/** Names the debug file, and its CRC, in the program itself. */
export function addDebugLink(program: string, debugFile: string): void {
  run('objcopy', `--add-gnu-debuglink=${debugFile}`, program);
}

/** As Fedora does it: a .symtab of the functions that .dynsym lacks, compressed in a section. */
export function stripToMiniDebugInfo(file: string, to: string): void {
  const [debug, mini, keep] = ['debug', 'mini', 'keep'].map((suffix) => `${to}.${suffix}`);
  const dynamic = new Set(functionsIn(run('nm', '-D', '--defined-only', file)));
  const others = functionsIn(run('nm', '--defined-only', file)).filter(
    (name) => !dynamic.has(name),
  );
  writeFileSync(keep!, others.join('\n'));
  run('objcopy', '--only-keep-debug', file, debug!);
  run('objcopy', '-S', '--remove-section=.comment', `--keep-symbols=${keep}`, debug!, mini!);
  run('xz', '--force', mini!);
  strip(file, to);
  addMiniDebugInfo(to, `${mini}.xz`);
}

/** Puts `content` where it is looked for. */
export function addMiniDebugInfo(program: string, content: string): void {
  run('objcopy', `--add-section=.gnu_debugdata=${content}`, program);
}

function functionsIn(listed: string): string[] {
  return Array.from(listed.matchAll(/^[0-9a-f]+ [TtWi] ([^@\s]+)/gm), ([, name]) => name!);
}

/** As hexadecimal digits. */
export function buildIdOf(file: string): string {
  const [, id] = /Build ID: ([0-9a-f]+)/.exec(run('readelf', '-n', file)) ?? [];
  if (id === undefined) throw new Error(`${file} has no build id`);
  return id;
}

/** Where a folder with debug files has that of a program. */
export function placeByBuildId(folder: string, file: string): string {
  const id = buildIdOf(file);
  return join(folder, '.build-id', id.slice(0, 2), `${id.slice(2)}.debug`);
}

/** A file of the same shape whose functions have other names, link_ being fake_, and another build id. */
export function fakeOf(file: string, to: string): void {
  const id = Buffer.from(buildIdOf(file), 'hex').toString('latin1');
  const otherId = [...id].reverse().join('');
  const content = readFileSync(file, 'latin1').replaceAll('link_', 'fake_').replaceAll(id, otherId);
  copyFileSync(file, to); // for its mode
  writeFileSync(to, content, 'latin1');
}

/** Function of the file at an offset, by `nm` and `readelf`: the names that a stripped copy of it lacks. */
export function functionAt(file: string): (offset: number) => string | undefined {
  const lines = run('nm', '-S', '--defined-only', file).matchAll(
    /^([0-9a-f]+) ([0-9a-f]+) [tTwW] (.+)$/gm,
  );
  const [, at, address] = /^\s+LOAD\s+(0x\w+)\s+(0x\w+)(?=[^\n]* R E )/m.exec(
    run('readelf', '-lW', file),
  )!;
  const functions = Array.from(lines, ([, start, size, name]) => {
    const from = Number.parseInt(start!, 16) - Number(address) + Number(at);
    return { from, to: from + Number.parseInt(size!, 16), name: name! };
  });
  return (offset) => functions.find(({ from, to }) => from <= offset && offset < to)?.name;
}

/** The name by which a debuglink and its file know each other. */
export function debugNameOf(program: string): string {
  return `${basename(program)}.debug`;
}
