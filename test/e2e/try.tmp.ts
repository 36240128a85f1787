import { startFleetUnderTest, leftovers, descendantsOf, serviceLogs } from './src/index.ts';
import { demoDepth } from '@numfleet/sites';
const t0 = Date.now();
const fleet = await startFleetUnderTest();
console.log('up', Date.now() - t0);
const c = await fleet.api.createCampaign({ name: 'x', purpose: 'test', seeds: fleet.sites.seeds, depth: demoDepth, delayMs: 0, hostConcurrency: 4, retentionDays: 1 });
let n = 0;
const s = await fleet.api.finished(c, { withinMs: 90000, onStatus: async () => {
  if (n++ % 20 === 10) {
    const tree = await fleet.processes(); const left = await leftovers(fleet.home);
    const got = new Set(left.processes.map(p => p.pid));
    console.log('tree', tree.length, 'found', left.processes.length, 'profiles', left.profiles.length);
    for (const p of tree.filter(p => !got.has(p.pid))) console.log('MISSED', p.pid, p.parent, p.group, p.folder, p.command.slice(0, 150), p.environment.length);
    const inTree = new Set(tree.map(p => p.pid));
    for (const p of left.processes.filter(p => !inTree.has(p.pid))) console.log('outside', p.pid, p.parent, p.group, p.folder, p.command.slice(0, 100));
  }
} });
console.log(s);
console.log(await fleet.stop('SIGINT'), fleet.output());
const left = await leftovers(fleet.home); console.log(left.processes.length, left.profiles);
for (const [name, lines] of await serviceLogs(fleet.home)) console.log(name, JSON.stringify(lines.filter(l => l.event === 'jobs.accounted' || l.level === 'error' || l.level==='warn')).slice(0,1500));
await fleet[Symbol.asyncDispose]();
