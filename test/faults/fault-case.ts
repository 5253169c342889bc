import { setTimeout as pause } from 'node:timers/promises';
import { Moment, INTENT_AGE_MAX_MS } from '../../src/scheduling/prepared-write';
import { SchedulingError, type SchedulingErrorCode } from '../../src/scheduling/scheduling-error';
import type { SchedulingProvider } from '../../src/scheduling/provider-port';
import type { FaultWorld } from './fault-world';
import type { Desk } from './desk';
import { Front } from './front';
import type { Scenario } from './scenarios';
import { type Read, sandboxName, type Subject, type Write } from './subject';

/** What the port gave: a result, or an error by its meaning. */
export type Outcome = 'done' | SchedulingErrorCode;

/** What became of one operation under one scenario. */
export interface Case {
  subject: Subject;
  scenario: Scenario;
  isWrite: boolean;
  outcome: Outcome;
  error?: SchedulingError;
  /** Requests that left us, of whatever kind. */
  left: number;
  /** Requests of the operation that came in at the provider. */
  arrived: number;
  /** Of a write: how many times it has happened, in the end. */
  effects?: number;
  /** Of a write of unknown outcome: whether the port itself can tell that it has happened. */
  found?: boolean;
}

/** What is late has come by then, on a busy machine too. */
const PATIENCE_MS = 8_000;

export interface Arranged {
  subject: Subject;
  scenario: Scenario;
  desk: Desk;
  deed: Read | Write;
}

export async function arrange(world: FaultWorld, subject: Subject, scenario: Scenario): Promise<Arranged> {
  const desk = await world.desk();
  return { subject, scenario, desk, deed: await subject.arrange(desk) };
}

/** One call under one fault, and then what the provider says of it, asked by somebody else. */
export async function run(world: FaultWorld, { subject, scenario, desk, deed }: Arranged): Promise<Case> {
  const front = await Front.open(world.url, scenario.manner ?? 'passes');
  const operation = sandboxName(subject.operation);
  const withdraw = scenario.order && (await world.order(scenario.order, operation, desk.key));
  const provider = world.app(scenario.isImpatient ?? false).provider(front.url, desk.key);
  const outcome = await outcomeOf(() => ('read' in deed ? deed.read(provider) : send(deed, provider, front, scenario)));
  await withdraw?.();
  const { requests: left } = front;
  await front.close();
  const isWrite = 'prepare' in deed;
  const expected = isWrite && left > 0 && scenario.arrives !== false ? 1 : 0;
  const arrived = await settled(
    () => desk.arrivals(operation),
    (count) => count >= expected,
  );
  const done = { subject, scenario, isWrite, ...outcome, left, arrived };
  return isWrite ? { ...done, ...(await aftermath(world, done, desk, deed)) } : done;
}

async function send(write: Write, provider: SchedulingProvider, front: Front, { between }: Scenario): Promise<unknown> {
  const prepared = await write.prepare(provider.prepare);
  const intentAt = new Moment();
  if (between === 'connection lost') await front.breakOff();
  if (between === 'intent grown old') await pause(INTENT_AGE_MAX_MS + 50);
  return prepared.send(intentAt);
}

async function aftermath(
  world: FaultWorld,
  { scenario, outcome }: Pick<Case, 'scenario' | 'outcome'>,
  desk: Desk,
  write: Write,
): Promise<Pick<Case, 'effects' | 'found'>> {
  const effects = await settled(write.effects, (count) => count === (scenario.effect === 'no' ? 0 : 1));
  const asks = outcome === 'OUTCOME_UNKNOWN' && write.found;
  const provider = world.app(false).provider(world.url, desk.key);
  return { effects, ...(asks ? { found: await asks(provider) } : {}) };
}

async function outcomeOf(act: () => Promise<unknown>): Promise<Pick<Case, 'outcome' | 'error'>> {
  try {
    await act();
    return { outcome: 'done' };
  } catch (error) {
    if (!(error instanceof SchedulingError)) throw error;
    return { outcome: error.code, error };
  }
}

/** The first answer that fits, or the last one when none does in time: whoever asks judges it. */
async function settled(ask: () => Promise<number>, fits: (answer: number) => boolean): Promise<number> {
  for (const deadline = performance.now() + PATIENCE_MS; ; await pause(100)) {
    const answer = await ask();
    if (fits(answer) || performance.now() > deadline) return answer;
  }
}
