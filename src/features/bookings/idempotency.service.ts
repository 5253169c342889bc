import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { DataSource, type EntityManager } from 'typeorm';
import type { AppConfig } from '../../foundation/config/app-config';
import { SecretBox } from '../../foundation/crypto/secret-box';
import { ApiError } from '../../foundation/errors/api-error';
import type { BookingView } from './booking-view';
import { type FrozenFailure, freezeFailure, thawFailure } from './frozen-failure';
import { IdempotencyRepository, type IdempotencyRow, type IdempotentRequest } from './idempotency.repository';

/** What a request was answered. A replayed failure is handed back, not thrown, so that it can be marked as replayed. */
export interface BookingAnswer {
  status: number;
  booking?: BookingView;
  failure?: Error;
  replayed: boolean;
}

/** The right to work on a request. `resumed`: somebody began before and did not end. */
export interface Claim {
  request: IdempotentRequest;
  owner: string;
  resourceId: string;
  resumed: boolean;
}

/** What a key stands for. Without an answer nobody serves the request any more, and its saga tells the rest. */
export interface Recalled {
  resourceId: string;
  sagaId: string | null;
  answer?: BookingAnswer;
}

export interface BegunSaga {
  sagaId: string;
  /** The saga that came to nothing, of the same request; null for a new key. */
  replacing: string | null;
  resourceId: string;
  /** How long the request is served at most. */
  servedSeconds: number;
}

interface SagaOfKey {
  companyId: string;
  id: string;
}

type SagaAnswer = { status: number } & StoredAnswer;

interface StoredAnswer {
  booking?: BookingView;
  failure?: FrozenFailure;
}

/** A repeat this soon meets the end of most bookings (1.5 to 5 s at Cal.com). */
const RETRY_AFTER_SECONDS = '2';
/** A write, and its look-up with two repeats, each up to the limit of a provider call. */
const LOCK_CALLS = 4;

/** Makes a request with a key have effect once, and repeats its answer from any replica. */
@Injectable()
export class IdempotencyService {
  private readonly lockSeconds: number;

  constructor(
    config: ConfigService<AppConfig, true>,
    private readonly dataSource: DataSource,
    private readonly rows: IdempotencyRepository,
    private readonly box: SecretBox,
  ) {
    this.lockSeconds = (LOCK_CALLS * config.get('calcom', { infer: true }).timeoutMs) / 1000;
  }

  /**
   * The stored answer with the resource it is about, if there is one.
   *
   * @throws ApiError `IDEMPOTENCY_KEY_REUSED` for another fingerprint, `IDEMPOTENCY_KEY_IN_USE` while it is worked on.
   */
  async recall(request: IdempotentRequest): Promise<Recalled | undefined> {
    const row = await this.rows.find(request);
    if (row) this.check(request, row);
    return row && this.recalled(request, row);
  }

  /** As {@link recall}, also while it is worked on. */
  async lookUp(request: IdempotentRequest): Promise<Recalled | undefined> {
    const row = await this.rows.find(request);
    return row && this.recalled(request, row);
  }

  private recalled(request: IdempotentRequest, row: IdempotencyRow): Recalled {
    const { resourceId, sagaId } = row;
    return { resourceId, sagaId, ...(row.status === 'finished' ? { answer: this.open(request, row) } : {}) };
  }

  /**
   * Ties a request to the saga that it begins, within the transaction that begins it.
   *
   * @throws ApiError `IDEMPOTENCY_KEY_IN_USE` when somebody else was quicker: the transaction must not commit.
   */
  async begin(manager: EntityManager, request: IdempotentRequest, saga: BegunSaga): Promise<void> {
    if (!(await this.rows.begin(manager, request, saga))) throw keyInUse();
  }

  async finishSaga(manager: EntityManager | undefined, saga: SagaOfKey, answer: SagaAnswer): Promise<void> {
    const { status, ...content } = answer;
    const sealed = this.box.seal(JSON.stringify(content), placeOf(saga.companyId));
    await this.rows.finishSaga(manager ?? this.dataSource.manager, saga, { status, sealed });
  }

  async releaseSaga(manager: EntityManager | undefined, saga: SagaOfKey): Promise<void> {
    await this.rows.releaseSaga(manager, saga);
  }

  /** As {@link recall}; without an answer it takes the right to work on the request, within the caller's transaction. */
  async claim(manager: EntityManager, request: IdempotentRequest, newId: string): Promise<Claim | BookingAnswer> {
    const owner = randomUUID();
    const lock = { owner, resourceId: newId, seconds: this.lockSeconds };
    if (await this.rows.insert(manager, request, lock)) return { request, owner, resourceId: newId, resumed: false };
    const row = await this.rows.find(request, manager);
    if (!row) throw keyInUse();
    this.check(request, row);
    if (row.status === 'finished') return this.open(request, row);
    await this.rows.takeOver(manager, request, owner, this.lockSeconds);
    return { request, owner, resourceId: row.resourceId, resumed: true };
  }

  /** @throws ApiError `IDEMPOTENCY_KEY_IN_USE` when another owner took over: the transaction must not commit. */
  async finish(manager: EntityManager, claim: Claim, status: number, booking: BookingView): Promise<BookingAnswer> {
    await this.store(manager, claim, status, { booking });
    return { status, booking, replayed: false };
  }

  /** After a failure: keeps a final one as the answer; otherwise the next request with this key goes on from here. */
  async fail(manager: EntityManager | undefined, claim: Claim, error: unknown): Promise<void> {
    const failure = freezeFailure(error);
    if (failure) return this.store(manager ?? this.dataSource.manager, claim, 0, { failure });
    await this.rows.release(manager, claim.request, claim.owner);
  }

  async release(manager: EntityManager | undefined, claim: Claim): Promise<void> {
    await this.rows.release(manager, claim.request, claim.owner);
  }

  async forget(request: IdempotentRequest, resourceId: string): Promise<void> {
    await this.rows.forget(request, resourceId);
  }

  /** Runs work on something that exists already once for a key; without a request it simply runs. */
  async once(
    request: IdempotentRequest | undefined,
    resourceId: string,
    work: (resumed: boolean) => Promise<BookingView>,
  ): Promise<BookingAnswer> {
    if (!request) return { status: 200, booking: await work(false), replayed: false };
    const claim = await this.dataSource.transaction((manager) => this.claim(manager, request, resourceId));
    if ('replayed' in claim) return claim;
    try {
      const booking = await work(claim.resumed);
      return await this.finish(this.dataSource.manager, claim, 200, booking);
    } catch (error) {
      await this.fail(undefined, claim, error);
      throw error;
    }
  }

  private async store(manager: EntityManager, claim: Claim, status: number, answer: StoredAnswer): Promise<void> {
    const sealed = this.box.seal(JSON.stringify(answer), placeOf(claim.request.companyId));
    if (!(await this.rows.finish(manager, claim.request, claim.owner, { status, sealed }))) throw keyInUse();
  }

  private check(request: IdempotentRequest, row: IdempotencyRow): void {
    if (row.fingerprint !== request.fingerprint) throw new ApiError('IDEMPOTENCY_KEY_REUSED');
    if (row.status === 'running' && row.lockedSeconds > 0) throw keyInUse();
  }

  private open(request: IdempotentRequest, row: IdempotencyRow): BookingAnswer {
    const stored = JSON.parse(this.box.openText(row.sealedResponse ?? '', placeOf(request.companyId))) as StoredAnswer;
    const status = row.responseStatus ?? 200;
    if (stored.failure) return { status, failure: thawFailure(stored.failure), replayed: true };
    return { status, booking: stored.booking, replayed: true };
  }
}

/** Where answers are sealed. */
export function placeOf(companyId: string) {
  return { table: 'idempotency_keys', column: 'sealed_response', companyId };
}

function keyInUse(): ApiError {
  return new ApiError('IDEMPOTENCY_KEY_IN_USE', { headers: { 'retry-after': RETRY_AFTER_SECONDS } });
}
