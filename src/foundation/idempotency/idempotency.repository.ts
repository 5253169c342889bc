import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Replica } from '../replicas/replica.service';
import { isAlive } from '../replicas/replica.sql';

/** One request that must have effect once: the same key on the same route of the same company. */
export interface IdempotentRequest {
  /** Empty for the operator: its keys are apart from those of every company. */
  companyId: string;
  /** Method and path, with the ids in it. */
  route: string;
  key: string;
  /** sha256 of what was asked for; the same key with another fingerprint is a mistake of the caller. */
  fingerprint: string;
}

export interface IdempotencyRow {
  fingerprint: string;
  status: 'running' | 'finished';
  resourceId: string;
  /** The saga that the request began, if it begins one. */
  sagaId: string | null;
  /** Seconds until the lock ends, by the database's clock; 0 or less when it has ended, or whoever held it is dead. */
  lockedSeconds: number;
  responseStatus: number | null;
  sealedResponse: string | null;
}

/** What ties a request to the saga that it begins. */
export interface BegunSaga {
  sagaId: string;
  /** The saga that came to nothing, of the same request; null for a new key. */
  replacing: string | null;
  resourceId: string;
  /** How long the request is served at most. */
  servedSeconds: number;
}

/** A saga of a company. */
export interface SagaOfKey {
  companyId: string;
  id: string;
}

const COLUMNS = `fingerprint, status, resource_id as "resourceId", saga_id as "sagaId",
  case when ${isAlive('idempotency_keys.replica')}
    then extract(epoch from locked_until - clock_timestamp())::float8 else 0 end as "lockedSeconds",
  response_status as "responseStatus", sealed_response as "sealedResponse"`;
const WHERE = '(company_id = $1 or ($1::uuid is null and company_id is null)) and route = $2 and key = $3';

/** Rows of idempotency keys. Each write of a worker names its owner: one that was taken over writes nothing. */
@Injectable()
export class IdempotencyRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly replica: Replica,
  ) {}

  /** `lock`: nobody else may decide about this row until the transaction ends. */
  async find(request: IdempotentRequest, lock?: EntityManager): Promise<IdempotencyRow | undefined> {
    const sql = `select ${COLUMNS} from idempotency_keys where ${WHERE} ${lock ? 'for update' : ''}`;
    const [row] = await (lock ?? this.dataSource).query<IdempotencyRow[]>(sql, identity(request));
    return row;
  }

  /** False when the key exists already. */
  async insert(
    manager: EntityManager,
    request: IdempotentRequest,
    lock: { owner: string; resourceId: string; seconds: number },
  ): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `insert into idempotency_keys (company_id, route, key, fingerprint, status, resource_id, owner, locked_until, replica)
       values ($1, $2, $3, $4, 'running', $5, $6, clock_timestamp() + make_interval(secs => $7), $8)
       on conflict do nothing returning key`,
      [...identity(request), request.fingerprint, lock.resourceId, lock.owner, lock.seconds, this.replica.id],
    );
    return rows.length === 1;
  }

  /**
   * Ties a request to the saga that it begins, a new key or one whose saga came to nothing.
   *
   * @returns false when somebody else was quicker.
   */
  async begin(manager: EntityManager, request: IdempotentRequest, saga: BegunSaga): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `insert into idempotency_keys as known
         (company_id, route, key, fingerprint, status, resource_id, owner, locked_until, replica, saga_id)
       values ($1, $2, $3, $4, 'running', $5, $6, clock_timestamp() + make_interval(secs => $7), $8, $6)
       on conflict (company_id, route, key) do update
       set owner = excluded.owner, locked_until = excluded.locked_until, replica = excluded.replica,
         saga_id = excluded.saga_id
       -- without a saga somebody has died between claiming the key and answering it
       where known.status = 'running' and known.saga_id is not distinct from $9::uuid
         and (known.saga_id is not null or known.locked_until <= clock_timestamp())
       returning key`,
      [
        ...identity(request),
        request.fingerprint,
        saga.resourceId,
        saga.sagaId,
        saga.servedSeconds,
        this.replica.id,
        saga.replacing,
      ],
    );
    return rows.length === 1;
  }

  /** The answer of the request that began this saga; a later one of the same saga replaces it. */
  async finishSaga(manager: EntityManager, saga: SagaOfKey, answer: { status: number; sealed: string }): Promise<void> {
    await manager.query(
      `update idempotency_keys set status = 'finished', response_status = $3, sealed_response = $4
       where company_id = $1 and saga_id = $2`,
      [saga.companyId, saga.id, answer.status, answer.sealed],
    );
  }

  /** Nobody serves the request any more: the next one with its key goes on from here. */
  async releaseSaga(manager: EntityManager | undefined, saga: SagaOfKey): Promise<void> {
    await (manager ?? this.dataSource).query(
      `update idempotency_keys set locked_until = clock_timestamp()
       where company_id = $1 and saga_id = $2 and status = 'running'`,
      [saga.companyId, saga.id],
    );
  }

  async takeOver(manager: EntityManager, request: IdempotentRequest, owner: string, seconds: number): Promise<void> {
    await manager.query(
      `update idempotency_keys
       set owner = $4, locked_until = clock_timestamp() + make_interval(secs => $5), replica = $6
       where ${WHERE} and status = 'running'`,
      [...identity(request), owner, seconds, this.replica.id],
    );
  }

  /** False when another owner took over meanwhile: then nothing was written. */
  async finish(
    manager: EntityManager,
    request: IdempotentRequest,
    owner: string,
    answer: { status: number; sealed: string },
  ): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `with finished as (
         update idempotency_keys set status = 'finished', response_status = $5, sealed_response = $6
         where ${WHERE} and owner = $4 and status = 'running' returning key)
       select key from finished`,
      [...identity(request), owner, answer.status, answer.sealed],
    );
    return rows.length === 1;
  }

  /** Ends the lock without an answer: the next request with this key goes on from here. */
  async release(manager: EntityManager | undefined, request: IdempotentRequest, owner: string): Promise<void> {
    await (manager ?? this.dataSource).query(
      `update idempotency_keys set locked_until = clock_timestamp() where ${WHERE} and owner = $4 and status = 'running'`,
      [...identity(request), owner],
    );
  }

  /** As if the request had never been made. */
  async withdraw(request: IdempotentRequest, owner: string): Promise<void> {
    await this.dataSource.query(`delete from idempotency_keys where ${WHERE} and owner = $4 and status = 'running'`, [
      ...identity(request),
      owner,
    ]);
  }

  /** Forgets a finished answer about this resource, so that the same request can be made anew. */
  async forget(request: IdempotentRequest, resourceId: string): Promise<void> {
    await this.dataSource.query(
      `delete from idempotency_keys where ${WHERE} and resource_id = $4 and status = 'finished'`,
      [...identity(request), resourceId],
    );
  }
}

function identity({ companyId, route, key }: IdempotentRequest): [string | null, string, string] {
  return [companyId === '' ? null : companyId, route, key];
}
