import { explore } from './model/explore';
import { ALL_SAFEGUARDS, type Safeguards, type World } from './model/safeguards';

function world(change: Partial<World>, off: Partial<Safeguards> = {}): World {
  return {
    steps: 1,
    crashes: 2,
    expiries: 1,
    late: 0,
    notices: 0,
    clashes: false,
    stuck: false,
    ...change,
    safeguards: { ...ALL_SAFEGUARDS, ...off },
  };
}

describe.each<[string, World]>([
  ['one segment, 2 crashes, 2 freezes, webhooks', world({ expiries: 2, notices: 1, stuck: true })],
  ['one segment, claimed hosts', world({ clashes: true })],
  ['one segment, effects later than promised', world({ crashes: 1, late: 1, notices: 1 })],
  ['two segments, 2 crashes, a freeze', world({ steps: 2 })],
  ['two segments, effects later than promised', world({ steps: 2, crashes: 1, expiries: 0, late: 1, notices: 1 })],
  ['three segments, a crash, a freeze', world({ steps: 3, crashes: 1 })],
])('every order of events: %s', (name, explored) => {
  it('breaks no promise and leads to no dead end', () => {
    const began = performance.now();
    const result = explore(explored);
    process.stdout.write(`${name}: ${result.states} states, ${Math.round(performance.now() - began)} ms\n`);
    expect(result.counterexample).toBeUndefined();
    expect(result.deadEnd).toBeUndefined();
  });
});
