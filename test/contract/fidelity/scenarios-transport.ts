import { at, monday, plusDays } from './days';
import { Replay } from './replay';
import { Answer, perMinute } from './sandbox-client';

/** Groups about what happens around a request: keys, routes, limits, races. */
const succeeded = ({ status }: Answer): boolean => status < 300;

export async function auth(replay: Replay): Promise<void> {
  await replay.run('auth.none');
  await replay.run('auth.bad-key');
  await replay.run('auth.client-id-only', { headers: { 'x-cal-client-id': 'no-such-client' } });
  await replay.run('auth.key-in-query', { path: [replay.client.owner.key] });
  await replay.run('auth.schedules-none');
  const type = await replay.client.eventType('gp-auth');
  await replay.run('auth.slots-bad-key', { path: [type, monday(), monday()] });
}

export async function transport(replay: Replay): Promise<void> {
  await replay.run('transport.unknown-route');
  await replay.run('transport.wrong-method');
  await replay.run('transport.malformed-json');
  // The recording sent 100,010 bytes, of which this frame is 10.
  const pad = JSON.stringify({ pad: 'x'.repeat(100_000) });
  await replay.run('transport.just-under-100kb', { body: { raw: pad } });
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  await replay.run('transport.form-encoded', form);
  await replay.run('transport.trailing-slash');
  await replay.run('transport.head');
  await replay.run('transport.options', {}, (answer) => ({
    allowOrigin: answer.headers['access-control-allow-origin'] ?? null,
  }));
}

/** Cal.com's default of 120 requests per key and minute, of which one was used before the counting. */
export async function rate(replay: Replay): Promise<void> {
  const { client } = replay;
  await client.fresh({ rateLimit: perMinute(120) });
  const ask = (path: string, version?: string): Promise<Answer> =>
    client.send({ method: 'GET', path, version, account: client.owner.key });
  await ask('/v2/me');
  let requestsBeforeLimit = 0;
  let answer = await ask('/v2/me');
  for (; answer.status === 200 && requestsBeforeLimit < 500; answer = await ask('/v2/me')) requestsBeforeLimit += 1;
  replay.check('rate.limited', answer, {
    limited: answer.status === 429,
    remaining: answer.headers['x-ratelimit-remaining-default'],
    requestsBeforeLimit,
    resetAtMost60: Number(answer.headers['x-ratelimit-reset-default']) <= 60,
    retryAfter: answer.headers['retry-after'] ?? null,
  });
  const blocked = await ask(`/v2/slots?eventTypeId=1&start=${monday()}&end=${monday()}`, '2024-09-04');
  replay.note('rate.slots-with-blocked-key', undefined, blocked.status);
}

export async function race(replay: Replay): Promise<void> {
  const { client } = replay;
  const type = await client.eventType('gp-race');
  const book = (start: string, name: string): Promise<Answer> =>
    client.send({
      method: 'POST',
      path: '/v2/bookings',
      version: '2024-08-13',
      account: client.owner.key,
      body: {
        eventTypeId: type,
        start,
        attendee: { name: `Gold ${name}`, email: `${name}@gold.example`, timeZone: 'Europe/Berlin' },
      },
    });
  await sameSlot(replay, book);
  const starts = Array.from({ length: 6 }, (_, minute) => at(monday(), `12:0${minute}`));
  const overlapping = await Promise.all(starts.map((start, i) => book(start, `race-o${i}`)));
  const winners = overlapping.filter(succeeded).length;
  replay.note('race.overlapping-starts', { moreThanOne: winners > 1, winners });
  await cancelInParallel(replay, type);
}

/** In how many rounds eight requests have to meet at least once. */
const ROUNDS = 5;

/**
 * Whoever comes after the winner was stored is told that the slot is taken, as in any booking: no loser of the race.
 * The recorded server needs so long for a booking that there are none; here a round with a late one is run again.
 */
async function sameSlot(replay: Replay, book: (start: string, name: string) => Promise<Answer>): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = at(plusDays(monday(2), round), '08:00');
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => book(start, `race-${round}-${i}`)));
    const losers = answers.filter((answer) => !succeeded(answer));
    const late = losers.filter(({ body }) => String(body.error?.message).includes('already has booking'));
    if (late.length > 0 && round < ROUNDS - 1) continue;
    return replay.note('race.same-slot', {
      loserKinds: losers.map(kindOf),
      losersAll4xx: losers.every(({ status }) => status >= 400 && status < 500),
      winners: answers.length - losers.length,
    });
  }
}

function kindOf({ status, body }: Answer): string {
  return `${status} ${JSON.stringify(Object.keys(body as object))} ${body.message}`;
}

async function cancelInParallel(replay: Replay, type: number): Promise<void> {
  const { client } = replay;
  const { uid } = await client.book(type, at(monday(1), '08:00'), 'race-c');
  const cancel = (): Promise<Answer> =>
    client.send({
      method: 'POST',
      path: `/v2/bookings/${uid}/cancel`,
      version: '2024-08-13',
      account: client.owner.key,
      body: { cancellationReason: 'x' },
    });
  const answers = await Promise.all([cancel(), cancel(), cancel(), cancel()]);
  replay.note('race.cancel-in-parallel', {
    losers: answers.filter((answer) => !succeeded(answer)).length,
    someOk: answers.some(succeeded),
    statuses: answers.map(({ status }) => status),
  });
}
