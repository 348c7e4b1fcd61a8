import { expect, test } from 'vitest';
import { foldResident } from '../../src/fold/resident.ts';
import { Workplace } from '../cli/program.ts';
import { describeWithNeeds } from '../needs.ts';
import {
  countedPages,
  grownPages,
  pagesBySite,
  pageTruthOf,
  residentPages,
} from './fault-pages.ts';
import { lackingForTracing } from './needs-bpf.ts';
import { parseRawCapture } from './raw-capture.ts';
import { startSample } from './sample.ts';
import { addSwap, lackingForSwap } from './swap.ts';
import { expectRss } from './trace-faults.ts';
import { captureIn, startTrace } from './tracing.ts';

const swapped = 2;

describeWithNeeds('memory that goes to swap', lackingForTracing() ?? lackingForSwap(), () => {
  test('is a part of its own, and who brings it back made it resident', async () => {
    addSwap();
    const sample = await startSample('faults', 'swap');
    const at = new Workplace();
    const trace = startTrace(['pgfault', '-p', `${sample.pid}`, '-o', 'x.capture'], at);
    await trace.begun();
    sample.tell();
    const truth = await pageTruthOf(sample);
    const { stderr } = await trace.stop();
    await sample.end();
    const raw = parseRawCapture(at.read('x.capture'));
    const found = pagesBySite(raw, grownPages(raw, 0));
    for (const [site, { pages }] of Object.entries(truth.sites))
      expect([site, found.get(site)?.anon ?? 0]).toEqual([site, pages]);
    const atEnd = residentPages(raw, 0, 'end');
    expect([...atEnd.values()].filter((what) => what === swapped)).toHaveLength(520);
    expectRss(raw);
    const [sums] = foldResident(await captureIn(at)).meta.residency!;
    expect(sums).toMatchObject({ swappedOut: 100, after: countedPages(atEnd) });
    expect(stderr).toMatch(/^ +- +400\.0 KiB +100 pages {2}swapped out$/m);
    expect(stderr).toMatch(/ 420 pages faulted and now in swap$/m);
  });
});
