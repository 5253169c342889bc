import type { SagaState } from '../../src/features/bookings/saga/saga-state';
import { ABLATIONS, withoutSafeguard, world } from './model/ablations';
import { explore } from './model/explore';
import { ALL_SAFEGUARDS, type World } from './model/safeguards';
import { ALLOWED_TURNS, STRAY_TRANSITIONS, turns } from './transitions';

const WORLDS: [string, World][] = [
  [
    '1 segment, 2 crashes, a freeze, a webhook, cancellations refused for good, a person',
    world({ crashes: 2, expiries: 1, notices: 1, stuck: true, persons: 1 }),
  ],
  ['1 segment, 2 crashes, a freeze, hosts that are claimed', world({ crashes: 2, expiries: 1, clashes: true })],
  ['1 segment, a crash, a freeze, an effect too late', world({ crashes: 1, expiries: 1, late: 1, notices: 1 })],
  ['2 segments, 2 crashes, a freeze', world({ steps: 2, crashes: 2, expiries: 1 })],
  [
    '2 segments, a crash, an effect too late, a webhook, cancellations refused for good, a person',
    world({ steps: 2, crashes: 1, late: 1, notices: 1, stuck: true, persons: 1 }),
  ],
  ['3 segments, a crash, a freeze', world({ steps: 3, crashes: 1, expiries: 1 })],
  ['1 segment that is moved, a crash, a freeze', world({ moves: true, crashes: 1, expiries: 1 })],
  [
    '2 segments that are moved, a crash, returns refused for good, a person',
    world({ moves: true, steps: 2, crashes: 1, stuck: true, persons: 1 }),
  ],
  ['1 segment to be confirmed, a crash, a freeze', world({ confirms: true, crashes: 1, expiries: 1 })],
  ['2 segments to be confirmed, a freeze', world({ confirms: true, steps: 2, expiries: 1 })],
  ['1 segment that is moved and confirmed, a freeze', world({ moves: true, confirms: true, expiries: 1 })],
  [
    '2 segments that are cancelled, a crash, a freeze, refused for good, a person',
    world({ cancels: true, steps: 2, crashes: 1, expiries: 1, stuck: true, persons: 1 }),
  ],
];

// Seconds on an idle machine.
jest.setTimeout(120_000);

describe('every order of events', () => {
  const seen = new Set<string>();
  const reopened = new Set(STRAY_TRANSITIONS.map(([from, to]) => `saga: ${from} -> ${to}`));

  it.each(WORLDS)('breaks no promise and leads to no dead end: %s', (name, explored) => {
    const began = performance.now();
    const result = explore(explored, {
      onMove: (before, after) => note(seen, before.database.saga, after.database.saga),
    });
    process.stdout.write(`${name}: ${result.states} states in ${Math.round(performance.now() - began)} ms\n`);
    expect(result.counterexample).toBeUndefined();
    expect(result.deadEnd).toBeUndefined();
    expect(result.states).toBeGreaterThan(10_000);
  });

  it('takes every turn of the table, and no other, but for strays that are taken back', () => {
    const isOfStray = (turn: string): boolean => reopened.has(turn) || turn.endsWith('-> trying');
    const ordinary = [...seen].filter((turn) => !isOfStray(turn) || ALLOWED_TURNS.has(turn));
    expect(ordinary.sort()).toEqual([...ALLOWED_TURNS].sort());
    expect([...reopened].filter((turn) => !seen.has(turn))).toEqual([]);
  });
});

describe('every safeguard is needed', () => {
  it.each(ABLATIONS)('$without: $violation', (ablation) => {
    const { counterexample } = explore(withoutSafeguard(ablation), { seeking: ablation.violation });
    expect(counterexample).toBeDefined();
    process.stdout.write(`\n${ablation.without}:\n  ${counterexample!.trace.join('\n  ')}\n`);
    expect(explore(world(ablation.world)).counterexample).toBeUndefined();
  });

  it('is shown for each of them', () => {
    expect(ABLATIONS.map(({ safeguard }) => safeguard).sort()).toEqual(Object.keys(ALL_SAFEGUARDS).sort());
  });
});

function note(seen: Set<string>, before: SagaState, after: SagaState): void {
  if (before === after) return;
  for (const turn of turns(before, after)) {
    // One write holds two turns where nothing has to be undone.
    const isTwo = turn === 'saga: running -> compensated' || turn === 'saga: running -> needs_attention';
    if (!isTwo) seen.add(turn);
  }
}
