import { AIMS, type Load, LOADS } from './simulation/loads';
import { type Outcome, type PolicyName, Simulation } from './simulation/simulation';
import { missed } from './simulation/table';

const SEED = 7;
// Computing, not waiting: on a busy machine it takes as long as it takes.
jest.setTimeout(120_000);

function run(load: Load, hours: number, policy: PolicyName = 'the store', warmUpHours = 0): Promise<Outcome> {
  return new Simulation({ ...load, policy, hours: hours + warmUpHours, warmUpHours, seed: SEED }).run();
}

const loadOf = (readsPerSecond: number): Load => LOADS.find((load) => load.readsPerSecond === readsPerSecond)!;

describe('the simulation of reads, shortened', () => {
  // The first call for each of 4,000 types would weigh more in half an hour than in a day; for 20 it does not matter.
  it.each([
    [12.8, 0.3, 0.15],
    [29, 0.25, 0],
    [105, 0.1, 0],
  ])('at %d reads a second holds the aims of the store', async (readsPerSecond, hours, warmUpHours) => {
    const load = loadOf(readsPerSecond);
    const outcome = await run(load, hours, 'the store', warmUpHours);
    expect(AIMS[load.name]).toBeDefined();
    expect(outcome.tally.reads).toBeGreaterThan(0.9 * readsPerSecond * hours * 3_600);
    expect(outcome.tally.booked).toBeGreaterThan(25);
    expect(missed(load.name, outcome)).toEqual([]);
  });

  it('shows what a caching proxy does with the same visitors', async () => {
    const load = loadOf(12.8);
    const outcome = await run(load, 0.12, 'exact queries, 60 s');
    const { tally, slotCalls } = outcome;
    expect(slotCalls / tally.reads).toBeGreaterThan(0.7);
    expect(tally.knownStale).toBeGreaterThan(0);
    expect(missed(load.name, outcome).length).toBeGreaterThan(2);
  });

  it('answers every warm read through an outage of ten minutes, and marks what is shown', async () => {
    const outage = { fromHour: 0.08, toHour: 0.08 + 10 / 60 };
    const load = loadOf(12.8);
    const { outage: seen } = await new Simulation({
      ...load,
      policy: 'the store',
      hours: 0.3,
      seed: SEED,
      outage,
    }).run();
    expect(seen.warm).toBeGreaterThan(3_000);
    expect(seen.answered / seen.warm).toBeGreaterThanOrEqual(0.999);
    // Until the first call has failed nobody knows.
    expect(seen.marked / seen.answered).toBeGreaterThan(0.99);
  });
});
