import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { SagaKind, StepRemark } from './saga';
import type { StepStatus } from './saga-state';
import { MS } from './step-rows';

/** One line of what happened, oldest first. */
export interface DiaryEntry {
  sagaId: string;
  kind: SagaKind;
  at: Date;
  what: string;
  /** Absent for what concerns the whole saga. */
  appointmentId?: string;
  attempt?: number;
  remark?: StepRemark;
  /** Which process did it: a new id for each start of one. */
  replica: string;
}

/** What is known of one step, as people need it. */
export interface StepFacts {
  appointmentId: string;
  status: StepStatus;
  uid: string | null;
  lastError: StepRemark | null;
}

/** Reads what sagas did; the protocol itself never does. */
@Injectable()
export class SagaDiary {
  constructor(private readonly dataSource: DataSource) {}

  /** Of several sagas together, at most `limit` lines, the latest of them. */
  async entries(companyId: string, sagaIds: string[], limit: number): Promise<DiaryEntry[]> {
    const rows = await this.dataSource.query<
      (Omit<DiaryEntry, 'appointmentId' | 'attempt' | 'remark'> & {
        appointmentId: string | null;
        attempt: number | null;
        remark: StepRemark | null;
      })[]
    >(
      `select * from (
         select event.id, event.saga_id as "sagaId", saga.kind, event.at, event.what, event.attempt, event.replica,
           event.detail as remark, step.appointment_id as "appointmentId"
         from saga_events event
         join sagas saga on saga.company_id = event.company_id and saga.id = event.saga_id
         left join saga_steps step on step.saga_id = event.saga_id and step.seq = event.step
         where event.company_id = $1 and event.saga_id = any ($2::uuid[])
         order by event.id desc limit $3) as latest
       order by id`,
      [companyId, sagaIds, limit],
    );
    return rows.map(({ appointmentId, attempt, remark, sagaId, kind, at, what, replica }) => ({
      ...{ sagaId, kind, at, what, replica },
      ...(appointmentId === null ? {} : { appointmentId }),
      ...(attempt === null ? {} : { attempt }),
      ...(remark === null ? {} : { remark }),
    }));
  }

  /** @param manager of the transaction that the caller is in: it sees what was written in it. */
  async steps(companyId: string, sagaId: string, manager: EntityManager = this.dataSource.manager) {
    return manager.query<StepFacts[]>(
      `select appointment_id as "appointmentId", status, uid, last_error as "lastError"
       from saga_steps where company_id = $1 and saga_id = $2 order by seq`,
      [companyId, sagaId],
    );
  }

  /** When a saga of this kind had come to its end, milliseconds of the database's clock; undefined when it is not one. */
  async endOf(manager: EntityManager, companyId: string, sagaId: string, kind: SagaKind): Promise<number | undefined> {
    const [row] = await manager.query<{ endedMs: number }[]>(
      `select ${MS('ended_at')} as "endedMs" from sagas
       where company_id = $1 and id = $2 and kind = $3 and ended_at is not null`,
      [companyId, sagaId, kind],
    );
    return row?.endedMs;
  }

  /**
   * Until when a confirmation that got no answer may still take effect, by uid; milliseconds of the database's clock. It
   * would bring the booking back to life when it is over by then.
   */
  async settling(manager: EntityManager, companyId: string, appointmentIds: string[]): Promise<Map<string, number>> {
    const rows = await manager.query<{ uid: string; settleMs: number }[]>(
      `select uid, max(${MS('settle_at')}) as "settleMs" from saga_steps
       where company_id = $1 and appointment_id = any ($2::uuid[]) and uid is not null
         and settle_at > clock_timestamp() group by uid`,
      [companyId, appointmentIds],
    );
    return new Map(rows.map(({ uid, settleMs }) => [uid, settleMs]));
  }

  /** Which of these wait for a person, oldest first. */
  async waiting(companyId: string, sagaIds: string[]): Promise<{ id: string; kind: SagaKind }[]> {
    return this.dataSource.query<{ id: string; kind: SagaKind }[]>(
      `select id, kind from sagas
       where company_id = $1 and id = any ($2::uuid[]) and status = 'needs_attention' order by created_at`,
      [companyId, sagaIds],
    );
  }
}
