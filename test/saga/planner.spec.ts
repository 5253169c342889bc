import { tryAll } from './planner/try-all';
import type { Kind, Plan } from './planner/situation';

/** In CI four segments, where each of them is of one kind, and fewer where a case more has to be tried for each. */
const SEGMENTS = Number(process.env.PLANNER_SEGMENTS ?? 4);
const SEGMENTS_CONFIRMED = Number(process.env.PLANNER_SEGMENTS ?? 2);
const SEGMENTS_MOVED_AND_CONFIRMED = Number(process.env.PLANNER_SEGMENTS ?? 1);

const PLANS: Plan[] = [
  ...upTo(SEGMENTS, 'book'),
  ...upTo(SEGMENTS, 'move'),
  ...upTo(SEGMENTS, 'cancel'),
  ...upTo(SEGMENTS_CONFIRMED, 'confirm'),
  ...upTo(SEGMENTS_MOVED_AND_CONFIRMED, 'move and confirm'),
  { kinds: ['book', 'confirm', 'book', 'book'] },
  { kinds: ['book', 'move', 'move', 'book'] },
  { kinds: ['move', 'move and confirm'], isOldServer: true },
  { kinds: ['move', 'move', 'move'], isOldServer: true },
  { kinds: ['book', 'book', 'book'], mayClash: true },
  { kinds: ['book', 'move'], mayBeUnfit: true, mayClash: true },
  { kinds: ['confirm'], mayBeUnfit: true, mayClash: true },
];

describe('every outcome of every call, a crash after every event, and a takeover', () => {
  const total = { cases: 0, situations: 0 };

  beforeAll(() => void jest.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal));
  afterAll(() => {
    jest.restoreAllMocks();
    process.stdout.write(`planner: ${total.cases} cases in ${total.situations} situations\n`);
  });

  it.each(PLANS.map((plan) => [nameOf(plan), plan] as const))(
    'leave all or none, nobody told otherwise, and a way to the end: %s',
    async (name, plan) => {
      const began = performance.now();
      const { cases, situations, ...broken } = await tryAll(plan);
      const tookMs = Math.round(performance.now() - began);
      process.stdout.write(`${name}: ${cases} cases in ${situations} situations, ${tookMs} ms\n`);
      total.cases += cases;
      total.situations += situations;
      expect(broken).toEqual({});
      expect(cases).toBeGreaterThan(200);
    },
    30 * 60_000,
  );

  it.each(['book', 'confirm', 'move'] as const)(
    'are tried well enough to show what goes wrong where calls take effect after the settle window: %s',
    async (kind) => {
      const { violation } = await tryAll({ kinds: [kind], isSettlingLonger: true });
      expect(violation).toMatch(/step 0 is not as it should be|sent again/);
    },
  );
});

function upTo(segments: number, kind: Kind): Plan[] {
  return Array.from({ length: segments }, (_, place) => ({ kinds: Array.from({ length: place + 1 }, () => kind) }));
}

function nameOf({ kinds, isOldServer, mayBeUnfit, mayClash }: Plan): string {
  const more = [isOldServer && 'an old server', mayBeUnfit && 'heartbeats missing', mayClash && 'hosts claimed'];
  return [kinds.join(' + '), ...more.filter(Boolean)].join(', ');
}
