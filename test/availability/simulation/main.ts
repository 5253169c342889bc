import { POLICIES, type PolicyName, Simulation } from './simulation';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const [rate = '12.8', companies = '200', hours = '2', only = ''] = process.argv.slice(2);
  for (const policy of Object.keys(POLICIES) as PolicyName[]) {
    if (!policy.includes(only)) continue;
    const t = performance.now();
    const o = await new Simulation({
      policy,
      readsPerSecond: Number(rate),
      companies: Number(companies),
      hours: Number(hours),
      seed: 7,
    }).run();
    const k = (n: number): string => ((n / o.tally.reads) * 1000).toFixed(2);
    const { tally } = o;
    say(
      `${policy.padEnd(22)} reads ${tally.reads} calls/k ${k(o.slotCalls)} stale/k ${k(tally.stale)} known ${tally.knownStale} refused/k ${k(tally.refused)} waited/k ${k(tally.waited)} incomplete/k ${k(tally.incomplete)} marked/k ${k(tally.marked)} share ${(o.busiestShare * 100).toFixed(0)}% booked ${tally.booked}+${tally.bookedDirectly} -${tally.cancelled} disapp ${tally.disappointed} cpu ${((performance.now() - t) / 1000).toFixed(1)}s`,
    );
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
