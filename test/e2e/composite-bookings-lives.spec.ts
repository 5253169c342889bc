import fc from 'fast-check';
import { Salon } from '../fixtures/services/salon';
import { eventually } from '../fixtures/webhooks/eventually';
import { startTestService, type TestService } from '../support/service';
import { foundIn, violationsOf } from '../visits/http/judge';
import { HttpLife } from '../visits/http/life';
import { Room } from '../visits/http/room';
import { CALM, stories, type Story } from '../visits/http/story';

const LIVES = Number(process.env.VISIT_HTTP_LIVES ?? 40);
const SEED = Number(process.env.VISIT_HTTP_SEED ?? 20_261_121);
/** They mostly wait: for answers, for deadlines and for settle windows. */
const SIDE_BY_SIDE = 8;
/** Working days ahead that a salon can be booked; then its customers go to another one. */
const DAYS = 30;

describe(`${LIVES} lives of visits over HTTP`, () => {
  let service: TestService;
  const seen = new Map<string, number>();

  beforeAll(async () => {
    // An answer that does not come is not waited for, and an unknown outcome is given up within seconds.
    service = await startTestService({
      calcom: { timeoutMs: 2_000, retryAttempts: 0 },
      bookings: { deadlineMs: 1_000, settleMs: 2_000 },
    });
  });
  afterAll(() => service?.stop());

  async function lived(salon: Salon, day: number, story: Story): Promise<HttpLife> {
    const life = new HttpLife(await Room.open(salon, day, story), story);
    await life.run().catch((error: unknown) => life.violations.push(`threw ${String(error)}`));
    return life;
  }

  /** One after another in a salon of their own, so that no two of them meet. */
  async function queue(next: () => [number, Story] | undefined, failed: string[]): Promise<void> {
    let salon = await Salon.open(service);
    for (let day = 0, turn = next(); turn; turn = next(), day = (day + 1) % DAYS) {
      if (day === DAYS - 1) salon = await Salon.open(service);
      const [number, story] = turn;
      const life = await lived(salon, day, story);
      const violations = violationsOf(life, await foundIn(life.room));
      for (const what of await happenedIn(life)) seen.set(what, (seen.get(what) ?? 0) + 1);
      if (violations.length > 0)
        failed.push(`life ${number} of ${SEED}: ${violations.join('; ')} ${JSON.stringify(story)}`);
    }
  }

  it(
    'end as a simple reference says that they must',
    async () => {
      const left = fc.sample(stories, { numRuns: LIVES, seed: SEED }).entries();
      const failed: string[] = [];
      const next = (): [number, Story] | undefined => left.next().value;
      await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, LIVES) }, () => queue(next, failed)));
      expect(failed).toEqual([]);
      const counts = [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${what} ${times}`);
      process.stdout.write(`\n${counts.join(', ')}\n`);
    },
    60_000 + LIVES * 5_000,
  );

  // Fewer need not be.
  (LIVES < 40 ? it.skip : it)('are of every kind', () => {
    const kinds = [
      'confirmed',
      'disrupted',
      'cancelled',
      'book done',
      'book refused',
      'move done',
      'move refused',
      'cancel done',
      'touched by a host',
    ];
    expect(kinds.filter((what) => (seen.get(what) ?? 0) === 0)).toEqual([]);
  });

  it('are judged: a booking that nobody knows of, and a segment that nobody has cancelled, are found', async () => {
    const salon = await Salon.open(service);
    const life = await lived(salon, 0, CALM);
    const { room } = life;
    const whole = await foundIn(room);
    expect(violationsOf(life, whole)).toEqual([]);
    const [first, second] = whole.held;
    const later = new Date(first!.startMs + 4 * 3_600_000).toISOString();
    const stray = await room.host.book(first!.eventTypeId, later, { email: room.email(0) });
    expect(violationsOf(life, await foundIn(room))).toEqual([expect.stringMatching(/is there 2 times/)]);
    await room.host.change(stray.uid, 'cancel', { cancellationReason: 'A stray' });
    await room.host.change(second!.uid, 'cancel', { cancellationReason: 'Nobody is told' });
    const disrupted = await eventually(
      () => foundIn(room),
      ({ visits }) => visits[0].status === 'disrupted',
    );
    expect(violationsOf(life, disrupted)).toEqual([expect.stringMatching(/is gone, by nobody's will/)]);
    const silent = { ...disrupted, visits: whole.visits };
    expect(violationsOf(life, silent)).toEqual(expect.arrayContaining([expect.stringMatching(/should be disrupted/)]));
  });
});

async function happenedIn({ asked, room, touched, stuck, resolved }: HttpLife): Promise<Set<string>> {
  const happened = new Set<string>((await room.visits()).map(({ status }) => status));
  for (const { does, outcome, codes } of asked) {
    happened.add(`${does} ${outcome}`);
    for (const code of codes) happened.add(`${does} ${code}`);
  }
  if (touched.size > 0) happened.add('touched by a host');
  if (stuck > 0) happened.add('stuck');
  if (resolved.size > 0) happened.add('resolved');
  return happened;
}
