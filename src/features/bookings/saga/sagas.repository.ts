import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { DataSource, type EntityManager } from 'typeorm';
import { Replica } from '../../../foundation/replicas/replica.service';
import { isAlive } from '../../../foundation/replicas/replica.sql';
import type { FrozenFailure } from '../frozen-failure';
import { type BookingInput, BookingInputSeal } from './booking-input-seal';
import { clockFrom, FencedOut, type Saga, type SagaKind, type StepPlan, type StepRemark } from './saga';
import type { SagaEvent, SagaState, SagaStatus, StepState } from './saga-state';
import {
  changedSteps,
  firstState,
  MS,
  noted,
  stepColumns,
  stepPlan,
  type StepRow,
  STEPS,
  stepState,
} from './step-rows';

/** The protocol that this release begins sagas with. */
const DEFINITION_VERSION = 1;

/** A saga with its steps by one statement; the steps are told column by column. */
const CREATE = `
  with begun as (
    insert into sagas (id, company_id, connection_id, kind, definition_version, status, owner, deadline_at,
      next_run_at, sealed_input, correlation_id)
    values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8),
      clock_timestamp(), $9, $10)
    returning id, company_id
  ), planned as (
    insert into saga_steps (saga_id, seq, company_id, appointment_id, event_type_id, ref, starts_at, ends_at, status,
      uid, confirmation, settle_at, moves_uid, moves_from, moves_ref)
    select id, place - 1, company_id, appointment_id, event_type_id, ref, to_timestamp(start_ms / 1000),
      to_timestamp(end_ms / 1000), step.status, uid, confirmation, to_timestamp(settle_ms / 1000), moves_uid, to_timestamp(moves_from_ms / 1000),
      moves_ref
    from begun, unnest($11::uuid[], $12::uuid[], $13::text[], $14::float8[], $15::float8[], $16::text[], $17::text[],
        $18::text[], $19::float8[], $20::text[], $21::float8[], $22::text[])
      with ordinality as step (appointment_id, event_type_id, ref, start_ms, end_ms, status, uid, confirmation, settle_ms,
        moves_uid, moves_from_ms, moves_ref, place)
  )
  select ${MS('clock_timestamp()')} as "nowMs" from begun`;

/** What a saga has become, the steps that changed and its diary by one statement: all of it, or nothing for a wrong owner. */
const SAVE = `
  with saved as (
    update sagas set status = $4, next_run_at = to_timestamp($5::float8 / 1000), tries = $6, failure = $7,
      ended_at = case when $8 then clock_timestamp() end, owner = case when $8 then null else owner end
    where id = $1 and owner = $2 and fence = $3 returning id, company_id
  ), stepped as (
    update saga_steps step set status = changed.status, uid = changed.uid,
      settle_at = to_timestamp(changed.settle_ms / 1000), ref = changed.ref, attempt = changed.attempt,
      confirmation = changed.confirmation, last_error = coalesce(changed.error::jsonb, last_error),
      sent_at = case when changed.status in ('trying', 'returning') then clock_timestamp() else sent_at end
    from saved, unnest($9::int[], $10::text[], $11::text[], $12::float8[], $13::text[], $14::int[], $15::text[], $16::text[])
      as changed (seq, status, uid, settle_ms, ref, attempt, confirmation, error)
    where step.saga_id = saved.id and step.seq = changed.seq
  ), noted as (
    insert into saga_events (saga_id, company_id, replica, step, what, attempt, detail)
    select saved.id, company_id, $2, step, what, attempt, detail::jsonb
    from saved, unnest($17::int[], $18::text[], $19::int[], $20::text[])
      with ordinality as event (step, what, attempt, detail, place)
    order by place
  )
  select id from saved`;

export interface NewSaga {
  id: string;
  kind: SagaKind;
  companyId: string;
  connectionId: string;
  correlationId?: string;
  input: BookingInput;
  plan: StepPlan[];
  /** As the steps begin; all `pending` when absent. */
  steps?: StepState[];
  /** It begins with everything booked that is to be undone. */
  isCompensating?: boolean;
  /** Nobody's at first: whoever looks next drives it. */
  isLaidDown?: boolean;
  /** Stays with this process. */
  eventTypes?: Saga['eventTypes'];
  /** From now. */
  deadlineMs: number;
}

/** What is written of a saga's turn besides what it has become. */
export interface Noted {
  events: SagaEvent[];
  remark?: StepRemark;
}

interface SagaRow {
  id: string;
  kind: SagaKind;
  companyId: string;
  connectionId: string;
  status: SagaStatus;
  fence: number;
  deadlineMs: number;
  nextMs: number;
  tries: number;
  sealedInput: string;
  failure: FrozenFailure | null;
  correlationId: string | null;
  nowMs: number;
}

/** What callers are told of a saga. */
export interface SagaOutcome {
  status: SagaStatus;
  failure: FrozenFailure | null;
  /** Seconds until nothing of it can take effect any more; 0 when that is so already. */
  settlesInSeconds: number;
}

/** Sagas, their steps and their diary. Every write of an owner is fenced. */
@Injectable()
export class SagasRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly replica: Replica,
    private readonly inputs: BookingInputSeal,
    private readonly logger: PinoLogger,
  ) {}

  /** Everything that a saga's turn means is written together. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** The saga, owned by this replica unless it is laid down. Nothing was sent yet. */
  async create(manager: EntityManager, saga: NewSaga): Promise<Saga> {
    const steps = saga.plan.map((plan, step) => firstState(plan, saga.steps?.[step]));
    const status = saga.isCompensating ? 'compensating' : 'running';
    const [row] = await manager.query<[{ nowMs: number }]>(CREATE, [
      saga.id,
      saga.companyId,
      saga.connectionId,
      saga.kind,
      DEFINITION_VERSION,
      status,
      saga.isLaidDown ? null : this.replica.id,
      saga.deadlineMs / 1000,
      this.inputs.seal(saga.input, saga.companyId),
      saga.correlationId ?? null,
      ...stepColumns(saga.plan, steps),
    ]);
    const state: SagaState = { status, deadlineMs: row.nowMs + saga.deadlineMs, nextMs: 0, tries: 0, steps };
    return { ...saga, fence: 1, state, answers: new Map(), nowMs: clockFrom(row.nowMs) };
  }

  /**
   * Takes over what is due and has no living owner, or was laid down here while the database could not be told.
   *
   * @param driven ids of the sagas that this replica drives at this moment.
   * @returns at most `limit` sagas, each owned by this replica under a new fence.
   */
  async claimDue(limit: number, driven: string[]): Promise<Saga[]> {
    const rows = await this.dataSource.query<SagaRow[]>(
      `with taken as (
         update sagas set owner = $1, fence = fence + 1,
           takeovers = takeovers + case when owner is null then 0 else 1 end
         where id in (
           select id from sagas
           where status in ('running', 'compensating') and next_run_at <= clock_timestamp()
             and (owner is null or not ${isAlive('sagas.owner')}
               -- a saga that was begun a moment ago may not be among the driven ones yet
               or (owner = $1 and id <> all($3::uuid[]) and next_run_at < clock_timestamp() - interval '3 seconds'))
           order by next_run_at limit $2 for update skip locked)
         returning *)
       select id, kind, company_id as "companyId", connection_id as "connectionId", status, fence::float8 as fence,
         ${MS('deadline_at')} as "deadlineMs", ${MS('next_run_at')} as "nextMs", tries, sealed_input as "sealedInput",
         failure, correlation_id as "correlationId", ${MS('clock_timestamp()')} as "nowMs"
       from taken`,
      [this.replica.id, limit, driven],
    );
    const sagas = await Promise.all(rows.map((row) => this.opened(row)));
    return sagas.filter((saga) => saga !== undefined);
  }

  /**
   * Writes what a saga has become, with its diary.
   *
   * @throws FencedOut when another replica owns it: nothing was written, and the transaction must not commit.
   */
  async save(manager: EntityManager, saga: Saga, state: SagaState, { events, remark }: Noted): Promise<void> {
    const hasEnded = !['running', 'compensating'].includes(state.status);
    const rows = await manager.query<unknown[]>(SAVE, [
      saga.id,
      this.replica.id,
      saga.fence,
      state.status,
      state.nextMs || saga.nowMs(),
      state.tries,
      saga.failure ? JSON.stringify(saga.failure) : null,
      hasEnded,
      ...changedSteps(saga, state, events, remark),
      ...noted(saga, { events, remark }),
    ]);
    if (rows.length === 0) throw new FencedOut(saga.id);
  }

  /** Leaves the saga to whoever finds it due. */
  async handBack(saga: Saga): Promise<void> {
    await this.dataSource.query('update sagas set owner = null where id = $1 and owner = $2 and fence = $3', [
      saga.id,
      this.replica.id,
      saga.fence,
    ]);
  }

  async outcome(companyId: string, id: string): Promise<SagaOutcome | undefined> {
    const [row] = await this.dataSource.query<SagaOutcome[]>(
      `select status, failure, coalesce((select greatest(0, extract(epoch from max(settle_at) - clock_timestamp()))
         from saga_steps where saga_id = sagas.id and saga_steps.status = 'trying'), 0)::float8 as "settlesInSeconds"
       from sagas where company_id = $1 and id = $2`,
      [companyId, id],
    );
    return row;
  }

  /** Undefined for a saga whose input cannot be opened: somebody with the right key may come. */
  private async opened(row: SagaRow): Promise<Saga | undefined> {
    const input = await this.inputOf(row);
    if (!input) return undefined;
    const steps = await this.dataSource.query<StepRow[]>(STEPS, [row.id]);
    const { id, kind, companyId, connectionId, fence, status, deadlineMs, nextMs, tries } = row;
    return {
      id,
      kind,
      companyId,
      connectionId,
      fence,
      plan: steps.map(stepPlan),
      input,
      state: { status, deadlineMs, nextMs, tries, steps: steps.map(stepState) },
      answers: new Map(),
      ...(row.failure ? { failure: row.failure } : {}),
      ...(row.correlationId ? { correlationId: row.correlationId } : {}),
      nowMs: clockFrom(row.nowMs),
    };
  }

  private async inputOf({ id, companyId, sealedInput, fence }: SagaRow): Promise<BookingInput | undefined> {
    try {
      return this.inputs.open(sealedInput, companyId);
    } catch (error) {
      this.logger.error({ err: error, alert: 'SAGA_UNREADABLE', sagaId: id, companyId }, 'saga cannot be opened');
      await this.dataSource.query(
        `update sagas set owner = null, next_run_at = clock_timestamp() + interval '1 minute'
         where id = $1 and owner = $2 and fence = $3`,
        [id, this.replica.id, fence],
      );
      return undefined;
    }
  }
}
