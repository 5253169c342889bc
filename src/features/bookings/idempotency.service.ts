import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import type { AppConfig } from '../../foundation/config/app-config';
import { type Claim, IdempotencyKeys, type KeptAnswer } from '../../foundation/idempotency/idempotency-keys.service';
import type { BegunSaga, IdempotentRequest, SagaOfKey } from '../../foundation/idempotency/idempotency.repository';
import type { BookingView } from './booking-view';
import { type FrozenFailure, freezeFailure, thawFailure } from './frozen-failure';

/** What a request was answered. A replayed failure is handed back, not thrown, so that it can be marked as replayed. */
export interface BookingAnswer {
  status: number;
  booking?: BookingView;
  failure?: Error;
  replayed: boolean;
}

/** What a key stands for. Without an answer nobody serves the request any more, and its saga tells the rest. */
export interface Recalled {
  resourceId: string;
  sagaId: string | null;
  answer?: BookingAnswer;
}

type SagaAnswer = { status: number } & StoredAnswer;

interface StoredAnswer {
  booking?: BookingView;
  failure?: FrozenFailure;
}

/** A write, and its look-up with two repeats, each up to the limit of a provider call. */
const LOCK_CALLS = 4;

/** Makes a booking request with a key have effect once, and repeats its answer from any replica. */
@Injectable()
export class IdempotencyService {
  private readonly lockSeconds: number;

  constructor(
    config: ConfigService<AppConfig, true>,
    private readonly keys: IdempotencyKeys,
  ) {
    this.lockSeconds = (LOCK_CALLS * config.get('calcom', { infer: true }).timeoutMs) / 1000;
  }

  /**
   * The stored answer with the resource it is about, if there is one.
   *
   * @throws ApiError `IDEMPOTENCY_KEY_REUSED` for another fingerprint, `IDEMPOTENCY_KEY_IN_USE` while it is worked on.
   */
  async recall(request: IdempotentRequest): Promise<Recalled | undefined> {
    const known = await this.keys.recall(request);
    return known && { ...known, answer: known.answer && replay(known.answer) };
  }

  /** As {@link recall}, also while it is worked on. */
  async lookUp(request: IdempotentRequest): Promise<Recalled | undefined> {
    const known = await this.keys.lookUp(request);
    return known && { ...known, answer: known.answer && replay(known.answer) };
  }

  /**
   * Ties a request to the saga that it begins, within the transaction that begins it.
   *
   * @throws ApiError `IDEMPOTENCY_KEY_IN_USE` when somebody else was quicker: the transaction must not commit.
   */
  async begin(manager: EntityManager, request: IdempotentRequest, saga: BegunSaga): Promise<void> {
    await this.keys.begin(manager, request, saga);
  }

  async finishSaga(manager: EntityManager | undefined, saga: SagaOfKey, answer: SagaAnswer): Promise<void> {
    const { status, ...content } = answer;
    await this.keys.finishSaga(manager, saga, { status, content });
  }

  async releaseSaga(manager: EntityManager | undefined, saga: SagaOfKey): Promise<void> {
    await this.keys.releaseSaga(manager, saga);
  }

  async forget(request: IdempotentRequest, resourceId: string): Promise<void> {
    await this.keys.forget(request, resourceId);
  }

  /**
   * The answer of a request that could not begin, also to its repeats.
   *
   * @param sagaId of the same request before, which came to nothing.
   * @throws `error` itself, unless somebody else has answered the request meanwhile.
   */
  async refuse(request: IdempotentRequest, error: unknown, sagaId: string | null): Promise<BookingAnswer> {
    const failure = freezeFailure(error);
    const before = failure && (await this.keys.refuse(request, { status: 0, content: { failure } }, sagaId));
    if (!before) throw error;
    return replay(before);
  }

  /** Runs work on something that exists already once for a key; without a request it simply runs. */
  async once(
    request: IdempotentRequest | undefined,
    resourceId: string,
    work: (resumed: boolean) => Promise<BookingView>,
  ): Promise<BookingAnswer> {
    if (!request) return { status: 200, booking: await work(false), replayed: false };
    const claim = await this.keys.claim(request, { resourceId, seconds: this.lockSeconds });
    if ('content' in claim) return replay(claim);
    try {
      const booking = await work(claim.resumed);
      await this.keys.finish(claim, { status: 200, content: { booking } });
      return { status: 200, booking, replayed: false };
    } catch (error) {
      await this.fail(claim, error);
      throw error;
    }
  }

  /** Keeps a final failure as the answer; otherwise the next request with this key goes on from here. */
  private async fail(claim: Claim, error: unknown): Promise<void> {
    const failure = freezeFailure(error);
    if (failure) return this.keys.finish(claim, { status: 0, content: { failure } });
    await this.keys.release(claim);
  }
}

function replay({ status, content }: KeptAnswer): BookingAnswer {
  const { failure, booking } = content as StoredAnswer;
  return failure ? { status, failure: thawFailure(failure), replayed: true } : { status, booking, replayed: true };
}
