import { Moment, type PreparedWrite } from '../../scheduling/prepared-write';

/** Its sender does not want the call any more; nothing was sent. */
export class Released extends Error {
  override readonly name = 'Released';

  constructor(why = 'given up by its sender') {
    super(why);
  }
}

/** Where a call stands, ready, until its sender says go. */
export class Handover {
  private readonly ready = Promise.withResolvers<void>();
  private readonly word = Promise.withResolvers<Moment>();

  constructor() {
    // Whoever gives up before anybody waits must not end the process.
    this.word.promise.catch(() => undefined);
  }

  /** For a call that goes as soon as it is ready. */
  static atOnce(): Handover {
    const handover = new Handover();
    handover.word.resolve(new Moment());
    return handover;
  }

  /**
   * Says that everything is in place, and waits for the word; gives the moment of the sender's intent.
   *
   * @throws Released when the sender gives up, or says nothing for `keptMs`.
   */
  async wait(keptMs: number): Promise<Moment> {
    this.ready.resolve();
    const expiry = setTimeout(() => this.word.reject(new Released('not sent in time')), keptMs);
    try {
      return await this.word.promise;
    } finally {
      clearTimeout(expiry);
    }
  }

  /** The two steps of a write whose whole way, from preparing to the answer, is `done`. */
  async prepared<T>(done: Promise<T>): Promise<PreparedWrite<T>> {
    done.catch(() => undefined);
    // `done` cannot be fulfilled before the word was given, so only its failure ends this race.
    await Promise.race([this.ready.promise, done]);
    return {
      send: (intentAt = new Moment()) => {
        this.word.resolve(intentAt);
        return done;
      },
      release: () => this.word.reject(new Released()),
    };
  }
}
