import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeWithNeeds } from '../needs.ts';

const folder = fileURLToPath(new URL('../../bpf/', import.meta.url));
const helper = `${folder}.output/memstacks-collector`;

const crossCompiler = spawnSync('aarch64-linux-gnu-gcc', ['--version']).status === 0;
const lackingForArm64 = crossCompiler
  ? undefined
  : 'no aarch64-linux-gnu-gcc: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross';

describeWithNeeds('arm64', lackingForArm64, () => {
  test('the helper and its BPF programs compile without a warning', { timeout: 120_000 }, () => {
    const { status, stderr } = spawnSync('make', ['-C', folder, 'arm64'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const described = execFileSync('readelf', ['-h', `${folder}.output/arm64/cfi.o`]).toString();
    expect(described).toContain('AArch64');
  });
});

const lackingHelper = existsSync(helper) ? undefined : 'the helper is not built: npm run build';

describeWithNeeds('the build says how large the BPF programs are', lackingHelper, () => {
  test.each(['1', '127', '512'])('--max-frames %s', { timeout: 60_000 }, (frames) => {
    const said = execFileSync(helper, ['--programs', '--max-frames', frames], { encoding: 'utf8' });
    const sizes = [...said.matchAll(/^ {2}(\w+) +(\d+) instructions/gm)];
    expect(sizes.map(([, name]) => name)).toContain('enter_alloc');
    for (const [, , size] of sizes) expect(Number(size)).toBeGreaterThan(0);
    // Room to spare on kernels that follow more paths than this one.
    for (const [, verified] of said.matchAll(/, +(\d+) verified/g))
      expect(Number(verified)).toBeLessThan(500_000);
  });
});
