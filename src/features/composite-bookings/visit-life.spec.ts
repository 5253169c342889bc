import fc from 'fast-check';
import { VirtualTime } from '../../../test/saga/simulation/virtual-time';
import { Life } from '../../../test/visits/life';
import { violationsOf } from '../../../test/visits/reference';
import { stories, type Story } from '../../../test/visits/story';

const LIVES = Number(process.env.VISIT_LIVES ?? 10_000);
const SEED = Number(process.env.VISIT_SEED ?? 20_261_121);

/** All is well, and nobody does anything. */
const CALM: Story = {
  ...{ segments: 3, asksForConfirmation: false, order: 'last-first', writes: [], webhooks: [], acts: [] },
};

describe(`${LIVES} lives of visits in virtual time`, () => {
  const time = new VirtualTime();
  const seen = new Map<string, number>();

  beforeAll(() => time.install());
  afterAll(() => jest.restoreAllMocks());

  async function lived(story: Story): Promise<Life> {
    time.reset();
    const life = new Life(time, story);
    await life.run();
    return life;
  }

  it('end as a simple reference says that they must', async () => {
    const holds = fc.asyncProperty(stories, async (story) => {
      const life = await lived(story);
      for (const what of happenedIn(life)) seen.set(what, (seen.get(what) ?? 0) + 1);
      expect(violationsOf(life)).toEqual([]);
    });
    await fc.assert(holds, { numRuns: LIVES, seed: SEED });
    const counts = [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${what} ${times}`);
    process.stdout.write(`\n${counts.join(', ')}\n`);
  }, 300_000);

  it('are of every kind', () => {
    const often = ['confirmed', 'disrupted', 'cancelled', 'compensated', 'move done', 'move refused', 'cancel done'];
    const seldom = ['needs_attention', 'a late effect', 'resolved', 'revived'];
    const lacking = [
      ...often.filter((what) => (seen.get(what) ?? 0) < LIVES / 25),
      ...seldom.filter((what) => (seen.get(what) ?? 0) < LIVES / 2_000),
    ];
    expect(lacking).toEqual([]);
  });

  it('leave nothing behind where a host moves a segment before its lost answer is looked for', async () => {
    const told = { visitor: 0, slot: 0, cast: 0, waitMs: 0 } as const;
    const life = await lived({
      ...CALM,
      segments: 2,
      writes: ['late'],
      acts: [
        { ...told, afterMs: 0, does: 'book' },
        { afterMs: 9_150, visitor: 0, does: 'host moves', segment: 1, minutes: -75 },
        { ...told, afterMs: 2_500, does: 'move' },
      ],
    });
    expect(violationsOf(life)).toEqual([]);
    expect(life.service.provider.lateEffects).toBe(1);
  });

  it('tell a cancellation with every segment cancelled, also while a confirmation may still take effect', async () => {
    const life = await lived({
      ...CALM,
      segments: 2,
      asksForConfirmation: true,
      writes: ['well', 'well', 'lost before'],
      webhooks: ['lost', 'lost', 'lost', 'lost', 'lost', 'lost'],
      acts: [
        { afterMs: 0, visitor: 0, slot: 0, cast: 0, waitMs: 0, does: 'book' },
        { afterMs: 2_500, visitor: 0, does: 'cancel', waitMs: 8_000 },
      ],
    });
    expect(violationsOf(life)).toEqual([]);
    expect(life.asked.map(({ does, outcome }) => [does, outcome])).toEqual([
      ['book', 'done'],
      ['cancel', 'done'],
    ]);
  });

  it('tell endpoints in the end what a visit is of which two things needed a person at once', async () => {
    const told = { visitor: 0, waitMs: 0 } as const;
    const life = await lived({
      ...CALM,
      segments: 2,
      writes: ['well', 'well', 'well', 'well', 'well', 'refused for good', 'well', 'refused for good'],
      acts: [
        { ...told, afterMs: 0, does: 'book', slot: 1, cast: 2 },
        { ...told, afterMs: 60_000, does: 'move', slot: 0, cast: 1 },
        { ...told, afterMs: 1_100, does: 'move', slot: 0, cast: 0 },
      ],
    });
    expect(violationsOf(life)).toEqual([]);
    expect(life.service.tables.news.map(({ type }) => type)).toContain('composite_booking.needs_attention');
  });

  it('are judged: a booking that nobody knows of, and a visit that says what it is not, are found', async () => {
    const story: Story = {
      ...CALM,
      acts: [{ afterMs: 0, visitor: 0, does: 'book', slot: 0, cast: 0, waitMs: 8_000 }],
    };
    const whole = await lived(story);
    expect(violationsOf(whole)).toEqual([]);
    const [first] = [...whole.service.provider.bookings.values()];
    whole.service.provider.bookings.set('stray', { ...first!, uid: 'stray' });
    expect(violationsOf(whole)).toEqual(expect.arrayContaining([expect.stringMatching(/there 2 times/)]));
    const half = await lived(story);
    half.service.provider.bookings.delete(first!.uid);
    expect(violationsOf(half)).toEqual(
      expect.arrayContaining([expect.stringMatching(/gone, by nobody/), expect.stringMatching(/should be disrupted/)]),
    );
  });
});

function happenedIn({ service, asked, resolved, revivedAtMs }: Life): Set<string> {
  const happened = new Set([...service.tables.histories.values()].flat());
  for (const { does, outcome } of asked) happened.add(`${does} ${outcome}`);
  if (service.provider.lateEffects > 0) happened.add('a late effect');
  if (resolved.size > 0) happened.add('resolved');
  if (revivedAtMs.size > 0) happened.add('revived');
  return happened;
}
