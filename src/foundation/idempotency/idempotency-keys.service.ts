import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { SecretBox, type SecretPlace } from '../crypto/secret-box';
import { ApiError } from '../errors/api-error';
import {
  type BegunSaga,
  IdempotencyRepository,
  type IdempotencyRow,
  type IdempotentRequest,
  type SagaOfKey,
} from './idempotency.repository';

/** The right to work on a request. `resumed`: somebody began before and did not end. */
export interface Claim {
  request: IdempotentRequest;
  owner: string;
  resourceId: string;
  resumed: boolean;
}

/** What a request was answered, as it is kept: any status that its writer understands, and anything that JSON can say. */
export interface KeptAnswer {
  status: number;
  content: unknown;
}

/** What a key stands for. Without an answer nobody serves the request any more, and its saga, if any, tells the rest. */
export interface KnownKey {
  resourceId: string;
  sagaId: string | null;
  answer?: KeptAnswer;
}

/** A repeat this soon meets the end of most requests (a booking takes 1.5 to 5 s at Cal.com). */
const RETRY_AFTER_SECONDS = '2';

/** Keys of requests with their answers, which rest sealed. They are the same in every replica. */
@Injectable()
export class IdempotencyKeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly rows: IdempotencyRepository,
    private readonly box: SecretBox,
  ) {}

  /**
   * The stored answer with the resource it is about, if there is one.
   *
   * @throws ApiError `IDEMPOTENCY_KEY_REUSED` for another fingerprint, `IDEMPOTENCY_KEY_IN_USE` while it is worked on.
   */
  async recall(request: IdempotentRequest): Promise<KnownKey | undefined> {
    const row = await this.rows.find(request);
    if (row) check(request, row);
    return row && this.known(request, row);
  }

  /**
   * As {@link recall}, also while it is worked on.
   *
   * @param manager of the transaction that the caller is in: nobody else decides about the key until it ends.
   */
  async lookUp(request: IdempotentRequest, manager?: EntityManager): Promise<KnownKey | undefined> {
    const row = await this.rows.find(request, manager);
    return row && this.known(request, row);
  }

  /**
   * As {@link recall}; without an answer it takes the right to work on the request, which lasts for `seconds` and no
   * longer than this process.
   *
   * @param fresh the resource of a new key; a known one keeps its own.
   */
  claim(request: IdempotentRequest, fresh: { resourceId: string; seconds: number }): Promise<Claim | KeptAnswer> {
    const owner = randomUUID();
    return this.dataSource.transaction(async (manager) => {
      const { resourceId, seconds } = fresh;
      if (await this.rows.insert(manager, request, { owner, ...fresh })) {
        return { request, owner, resourceId, resumed: false };
      }
      const row = await this.rows.find(request, manager);
      if (!row) throw keyInUse();
      check(request, row);
      if (row.status === 'finished') return this.open(request, row);
      await this.rows.takeOver(manager, request, owner, seconds);
      return { request, owner, resourceId: row.resourceId, resumed: true };
    });
  }

  /** @throws ApiError `IDEMPOTENCY_KEY_IN_USE` when another owner took over: then nothing was stored. */
  async finish({ request, owner }: Claim, { status, content }: KeptAnswer): Promise<void> {
    const sealed = this.seal(request.companyId, content);
    if (!(await this.rows.finish(this.dataSource.manager, request, owner, { status, sealed }))) throw keyInUse();
  }

  /**
   * Makes the refusal of a request that could not even begin its answer: nobody is told yes by a repeat who was told no.
   *
   * @param sagaId of the same request before, which came to nothing; null for a new key.
   * @returns the answer that somebody else gave meanwhile; undefined when it is this one.
   * @throws ApiError `IDEMPOTENCY_KEY_IN_USE` when somebody else works on it, or has begun it: nothing was stored.
   */
  refuse(request: IdempotentRequest, answer: KeptAnswer, sagaId: string | null): Promise<KeptAnswer | undefined> {
    const owner = randomUUID();
    const { status } = answer;
    const sealed = this.seal(request.companyId, answer.content);
    return this.dataSource.transaction(async (manager) => {
      const lock = { owner, resourceId: randomUUID(), seconds: 0 };
      if (!(await this.rows.insert(manager, request, lock))) {
        const row = await this.rows.find(request, manager);
        if (!row) throw keyInUse();
        check(request, row);
        if (row.status === 'finished') return this.open(request, row);
        if (row.sagaId !== sagaId) throw keyInUse();
        await this.rows.takeOver(manager, request, owner, 0);
      }
      if (!(await this.rows.finish(manager, request, owner, { status, sealed }))) throw keyInUse();
      return undefined;
    });
  }

  /** Ends the work without an answer: the next request with this key goes on from here. */
  async release({ request, owner }: Claim): Promise<void> {
    await this.rows.release(undefined, request, owner);
  }

  /** Ends the work as if it had never begun: the key is free for any request. */
  async withdraw({ request, owner }: Claim): Promise<void> {
    await this.rows.withdraw(request, owner);
  }

  /** Forgets a finished answer about this resource, so that the same request can be made anew. */
  async forget(request: IdempotentRequest, resourceId: string): Promise<void> {
    await this.rows.forget(request, resourceId);
  }

  /**
   * Ties a request to the saga that it begins, within the transaction that begins it.
   *
   * @throws ApiError `IDEMPOTENCY_KEY_IN_USE` when somebody else was quicker: the transaction must not commit.
   */
  async begin(manager: EntityManager, request: IdempotentRequest, saga: BegunSaga): Promise<void> {
    if (!(await this.rows.begin(manager, request, saga))) throw keyInUse();
  }

  /** The answer of the request that began a saga; a later one replaces it. */
  async finishSaga(manager: EntityManager | undefined, saga: SagaOfKey, answer: KeptAnswer): Promise<void> {
    const sealed = this.seal(saga.companyId, answer.content);
    await this.rows.finishSaga(manager ?? this.dataSource.manager, saga, { status: answer.status, sealed });
  }

  /** Nobody serves the request of a saga any more: the next one with its key goes on from here. */
  async releaseSaga(manager: EntityManager | undefined, saga: SagaOfKey): Promise<void> {
    await this.rows.releaseSaga(manager, saga);
  }

  private known(request: IdempotentRequest, row: IdempotencyRow): KnownKey {
    const { resourceId, sagaId } = row;
    return { resourceId, sagaId, ...(row.status === 'finished' ? { answer: this.open(request, row) } : {}) };
  }

  private seal(companyId: string, content: unknown): string {
    return this.box.seal(JSON.stringify(content), placeOf(companyId));
  }

  private open({ companyId }: IdempotentRequest, row: IdempotencyRow): KeptAnswer {
    const content: unknown = JSON.parse(this.box.openText(row.sealedResponse ?? '', placeOf(companyId)));
    return { status: row.responseStatus ?? 200, content };
  }
}

/** Where answers are sealed. */
export function placeOf(companyId: string): SecretPlace {
  return { table: 'idempotency_keys', column: 'sealed_response', companyId };
}

function check(request: IdempotentRequest, row: IdempotencyRow): void {
  if (row.fingerprint !== request.fingerprint) throw new ApiError('IDEMPOTENCY_KEY_REUSED');
  if (row.status === 'running' && row.lockedSeconds > 0) throw keyInUse();
}

function keyInUse(): ApiError {
  return new ApiError('IDEMPOTENCY_KEY_IN_USE', { headers: { 'retry-after': RETRY_AFTER_SECONDS } });
}
