import { KeyNotTried, KeyVerdict, RefusedKeys } from './refused-keys';

const PLACE = { host: 'cal.example', key: 'key' };
const REFUSED = new Error('refused');
const LOST = new Error('lost');
const verdictOf = (error: unknown): KeyVerdict => (error === REFUSED ? 'refused' : 'unknown');

describe('a refused key', () => {
  let keys: RefusedKeys;
  let sent: PromiseWithResolvers<void>[];
  /** Of the last crowd. */
  let callers: Promise<void>[];

  beforeEach(() => {
    keys = new RefusedKeys();
    sent = [];
  });

  function call(place = PLACE): Promise<void> {
    const answer = Promise.withResolvers<void>();
    const send = (): Promise<void> => {
      sent.push(answer);
      return answer.promise;
    };
    return keys.run(place, send, verdictOf);
  }

  /** Lets every call that may leave do so. */
  const departures = (): Promise<void> => new Promise((done) => setImmediate(done));

  async function fail(error: Error): Promise<void> {
    const pending = call();
    await departures();
    sent.at(-1)!.reject(error);
    await expect(pending).rejects.toBe(error);
  }

  async function many(count: number): Promise<void> {
    callers = Array.from({ length: count }, () => call());
    for (const caller of callers) caller.catch(() => undefined);
    await departures();
  }

  it('is tried by one of many callers; the others fail with its verdict, without sending', async () => {
    await fail(REFUSED);
    await many(50);
    expect(sent).toHaveLength(2);
    sent[1]!.reject(REFUSED);
    const outcomes = await Promise.allSettled(callers);
    const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
    expect(reasons.filter((reason) => reason === REFUSED)).toHaveLength(1);
    expect(reasons.filter((reason) => reason instanceof KeyNotTried && reason.verdict === 'refused')).toHaveLength(49);
    expect(sent).toHaveLength(2);
  });

  it('is a key like any other once it is accepted, also for those who waited', async () => {
    await fail(REFUSED);
    await many(3);
    sent[1]!.resolve();
    await departures();
    expect(sent).toHaveLength(4);
    await many(2);
    expect(sent).toHaveLength(6);
  });

  it('may be tried again after a trial whose answer was lost; those who waited are told that nothing is known', async () => {
    await fail(REFUSED);
    await many(2);
    const [, waiting] = callers;
    sent[1]!.reject(LOST);
    await expect(waiting).rejects.toMatchObject({ name: 'KeyNotTried', verdict: 'unknown' });
    await many(2);
    expect(sent).toHaveLength(3);
  });

  it('stays on one trial although calls from before the refusal come back late', async () => {
    await many(3);
    sent[0]!.reject(REFUSED);
    await departures();
    await many(1);
    sent[1]!.reject(REFUSED);
    sent[2]!.reject(LOST);
    await departures();
    await many(2);
    expect(sent).toHaveLength(4);
  });

  it('is another one at another host, and other keys are not slowed down', async () => {
    await fail(REFUSED);
    for (const place of [PLACE, { ...PLACE, host: 'other.example' }, { ...PLACE, key: 'other' }]) {
      for (let callers = 0; callers < 2; callers++) void call(place);
    }
    await departures();
    expect(sent).toHaveLength(1 + 1 + 2 + 2);
  });
});
