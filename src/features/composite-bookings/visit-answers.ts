import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ApiError } from '../../foundation/errors/api-error';
import { IdempotencyKeys, type KnownKey } from '../../foundation/idempotency/idempotency-keys.service';
import type { BegunSaga, IdempotentRequest, SagaOfKey } from '../../foundation/idempotency/idempotency.repository';
import { freezeFailure, type FrozenFailure, thawFailure } from '../bookings/saga/sagas.service';
import type { CompositeBookingView } from './reading/visit-view';
import { VisitReader } from './reading/visit-reader';

/** Two statements. */
const KEEPING_SECONDS = 5;

/** What a request was answered. A replayed failure is handed back, not thrown, so that it can be marked as replayed. */
export interface VisitAnswer {
  status: number;
  visit?: CompositeBookingView;
  failure?: Error;
  replayed: boolean;
}

/** As it rests with the key. Without any of both it was erased: the visit is answered as it is now. */
interface StoredAnswer {
  visit?: CompositeBookingView;
  failure?: FrozenFailure;
}

/** What an `Idempotency-Key` stands for. */
export interface RecalledVisit {
  visitId: string;
  sagaId: string | null;
  answer?: VisitAnswer;
}

/** A person's word about a visit is served for at most so long. */
const SERVED_SECONDS = 30;

/** Repeats the answers of requests for visits, from any replica. */
@Injectable()
export class VisitAnswers {
  constructor(
    private readonly keys: IdempotencyKeys,
    private readonly reader: VisitReader,
  ) {}

  /** @throws ApiError `IDEMPOTENCY_KEY_REUSED` for another fingerprint, `IDEMPOTENCY_KEY_IN_USE` while it is worked on. */
  async recall(request: IdempotentRequest): Promise<RecalledVisit | undefined> {
    return this.recalled(request.companyId, await this.keys.recall(request));
  }

  /** As {@link recall}, also while it is worked on. */
  async lookUp(request: IdempotentRequest): Promise<RecalledVisit | undefined> {
    return this.recalled(request.companyId, await this.keys.lookUp(request));
  }

  /** Which saga the request began before, if any. Nobody else decides about its key until the transaction ends. */
  async sagaOf(manager: EntityManager, request: IdempotentRequest): Promise<string | null> {
    return (await this.keys.lookUp(request, manager))?.sagaId ?? null;
  }

  /** @throws ApiError `IDEMPOTENCY_KEY_IN_USE` when somebody else was quicker: the transaction must not commit. */
  begin(manager: EntityManager, request: IdempotentRequest, saga: BegunSaga): Promise<void> {
    return this.keys.begin(manager, request, saga);
  }

  /** The answer of a request that had nothing to do: a repeat of it has nothing to do either. */
  async keep(request: IdempotentRequest | undefined, visit: CompositeBookingView): Promise<VisitAnswer> {
    const claim = request && (await this.keys.claim(request, { resourceId: visit.id, seconds: KEEPING_SECONDS }));
    if (claim && 'owner' in claim) await this.keys.finish(claim, { status: 200, content: { visit } });
    return { status: 200, visit, replayed: false };
  }

  finish(manager: EntityManager | undefined, saga: SagaOfKey, status: number, answer: StoredAnswer): Promise<void> {
    return this.keys.finishSaga(manager, saga, { status, content: answer });
  }

  release(manager: EntityManager | undefined, saga: SagaOfKey): Promise<void> {
    return this.keys.releaseSaga(manager, saga);
  }

  /**
   * The answer of a request that could not begin, also to its repeats.
   *
   * @param sagaId of the same request before, which came to nothing.
   * @throws `error` itself, unless somebody else has answered the request meanwhile.
   */
  async refuse(request: IdempotentRequest, error: ApiError, sagaId: string | null): Promise<VisitAnswer> {
    const failure = freezeFailure(error);
    const before = failure && (await this.keys.refuse(request, { status: 0, content: { failure } }, sagaId));
    const known = before && (await this.recall(request));
    if (!known?.answer) throw error;
    return known.answer;
  }

  /**
   * Runs work on a visit once for a key; without a request it simply runs. A repeat is answered with the visit as it is
   * then.
   */
  async once(
    request: IdempotentRequest | undefined,
    visitId: string,
    status: number,
    work: () => Promise<CompositeBookingView>,
  ): Promise<VisitAnswer> {
    if (!request) return { status, visit: await work(), replayed: false };
    const claim = await this.keys.claim(request, { resourceId: visitId, seconds: SERVED_SECONDS });
    if ('content' in claim) {
      return { status: claim.status, visit: await this.reader.get(request.companyId, visitId), replayed: true };
    }
    try {
      const visit = await work();
      await this.keys.finish(claim, { status, content: {} });
      return { status, visit, replayed: false };
    } catch (error) {
      await this.keys.release(claim);
      throw error;
    }
  }

  private async recalled(companyId: string, known: KnownKey | undefined): Promise<RecalledVisit | undefined> {
    if (!known) return undefined;
    const { resourceId: visitId, sagaId, answer } = known;
    if (!answer) return { visitId, sagaId };
    const { visit, failure } = answer.content as StoredAnswer;
    const { status } = answer;
    if (failure) return { visitId, sagaId, answer: { status, failure: thawFailure(failure), replayed: true } };
    const shown = visit ?? (await this.reader.get(companyId, visitId));
    return { visitId, sagaId, answer: { status, visit: shown, replayed: true } };
  }
}

/** The answer itself, or the failure that it was. */
export function visitOf({ visit, failure }: VisitAnswer): CompositeBookingView {
  if (failure) throw failure;
  if (!visit) throw new ApiError('INTERNAL_SERVER_ERROR');
  return visit;
}

/** Which customer it is would tell a visitor who else has an address or a number. */
export function forPages({ customerId: _, ...visit }: CompositeBookingView): Omit<CompositeBookingView, 'customerId'> {
  return visit;
}
