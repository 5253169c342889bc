import { Console } from 'node:console';
import { HostGuard, HostRests } from './host-guard';

const MINUTE = 60_000;
/** The host fails from here on, after a quiet time before. */
const OUTAGE_AT_MS = 2 * MINUTE;
const BACK_AT_MS = 12 * MINUTE;
const END_MS = 14 * MINUTE;
const HEALTHY_ANSWER_MS = 300;

/** How a host can be down, and how long a call takes to notice. */
const OUTAGES = { 'refuses connections': 5, 'answers 503': 150, 'takes no connection': 2_000, 'says nothing': 15_000 };
const DEMANDS_PER_MINUTE = [20, 120, 1_200];

interface Sent {
  atMs: number;
  isRetry: boolean;
  /** Whether the breaker was open when it left. */
  isProbe: boolean;
}

interface Run {
  sent: Sent[];
  /** Requests by when they came. */
  requests: { atMs: number; ok: boolean }[];
}

/** The same jitter in every run of the test (Park and Miller's generator). */
function steadyRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Reads come evenly for 14 minutes of virtual time and go through the guard as it is used in production. */
async function run(noticedAfterMs: number, demandPerMinute: number): Promise<Run> {
  const startedAtMs = performance.now();
  const now = (): number => performance.now() - startedAtMs;
  const guard = new HostGuard(now);
  const sent: Sent[] = [];
  const requests: Run['requests'] = [];

  const onTheWire = async (number: number, isProbe: boolean): Promise<void> => {
    const isDown = now() >= OUTAGE_AT_MS && now() < BACK_AT_MS;
    sent.push({ atMs: now(), isRetry: number > 1, isProbe });
    await new Promise((done) => setTimeout(done, isDown ? noticedAfterMs : HEALTHY_ANSWER_MS));
    if (isDown) throw new Error('down');
  };
  const attempt = (number: number): Promise<void> => {
    const isProbe = guard.isOpen;
    return guard.run((leaving) => (leaving(), onTheWire(number, isProbe)), {
      mayProbe: true,
      evidenceOf: () => 'failing',
    });
  };
  const rules = { attempts: 2, mayRepeat: (error: unknown) => !(error instanceof HostRests) };

  while (now() < END_MS) {
    const atMs = now();
    void guard.repeating(rules, attempt).then(
      () => requests.push({ atMs, ok: true }),
      () => requests.push({ atMs, ok: false }),
    );
    await jest.advanceTimersByTimeAsync(MINUTE / demandPerMinute);
  }
  await jest.advanceTimersByTimeAsync(MINUTE);
  return { sent, requests };
}

function findings({ sent, requests }: Run) {
  const during = sent.filter(({ atMs }) => atMs >= OUTAGE_AT_MS && atMs < BACK_AT_MS);
  const probes = during.filter(({ isProbe }) => isProbe);
  const gaps = probes.slice(1).map((probe, index) => probe.atMs - probes[index]!.atMs);
  const firstTries = during.filter(({ isRetry }) => !isRetry).length;
  const lastFailedAtMs = Math.max(...requests.filter(({ ok }) => !ok).map(({ atMs }) => atMs));
  return {
    requests: requests.filter(({ atMs }) => atMs >= OUTAGE_AT_MS && atMs < BACK_AT_MS).length,
    sent: during.length,
    probes: probes.length,
    'shortest gap of probes, s': Math.min(...gaps) / 1000,
    'all sent / first tries': Number((during.length / firstTries).toFixed(3)),
    'normal after return, s': Math.max(0, (lastFailedAtMs - BACK_AT_MS) / 1000),
    'failed before the outage': requests.filter(({ atMs, ok }) => !ok && atMs < OUTAGE_AT_MS - HEALTHY_ANSWER_MS)
      .length,
  };
}

describe('ten minutes of outage', () => {
  const table: object[] = [];
  beforeAll(() => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockImplementation(steadyRandom());
  });
  afterAll(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
    new Console(process.stdout).table(table);
  });

  const cases = Object.entries(OUTAGES).flatMap(([how, ms]) =>
    DEMANDS_PER_MINUTE.map((demand) => [how, demand, ms] as const),
  );

  it.each(cases)(
    'of a host that %s, at %i reads a minute: few probes, few repeats, soon back',
    async (how, demand, ms) => {
      const found = findings(await run(ms, demand));
      table.push({ 'the host': how, 'reads a minute': demand, ...found });
      expect(found['failed before the outage']).toBe(0);
      expect(found.probes).toBeGreaterThan(50);
      expect(found['shortest gap of probes, s']).toBeGreaterThanOrEqual(5);
      expect(found['all sent / first tries']).toBeLessThanOrEqual(1.1);
      expect(found['normal after return, s']).toBeLessThanOrEqual(10);
    },
  );
});
