import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, statSync, writeFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { mainFile, Workplace } from './program.ts';

const owner = 1234;
const lacking = process.getuid!() === 0 ? undefined : 'root';

describeWithNeeds('the owner of a file that is replaced', lacking, () => {
  let at: Workplace;
  beforeEach(() => {
    at = new Workplace();
    writeFileSync(at.path('x.svg'), 'old');
    chownSync(at.path('x.svg'), owner, owner);
    chmodSync(at.path('x.svg'), 0o646);
  });

  function replaced(...wrapper: string[]) {
    const [program, ...args] = [...wrapper, process.execPath, mainFile, 'render', '-o', 'x.svg'];
    const { status, stderr } = spawnSync(program!, args, {
      cwd: at.folder,
      input: 'main;f 1\n',
      encoding: 'utf8',
    });
    const { uid, mode } = statSync(at.path('x.svg'));
    expect(at.read('x.svg')).toMatch(/^<\?xml/);
    expect(at.files).toEqual(['x.svg']);
    return { status, stderr, uid, mode: mode & 0o777 };
  }

  test('stays, where root replaces it', () => {
    expect(replaced()).toEqual({ status: 0, stderr: '', uid: owner, mode: 0o646 });
  });

  test('is who replaces it, where root may not give files away, as in containers', () => {
    const weaker = ['setpriv', '--bounding-set=-chown', '--inh-caps=-chown'];
    expect(replaced(...weaker)).toEqual({ status: 0, stderr: '', uid: 0, mode: 0o646 });
  });
});
