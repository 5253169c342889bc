import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Replica } from '../../../foundation/replicas/replica.service';
import { apply, type SagaState, type SagaStatus } from './saga-state';
import { MS, type StepRow, STEPS, stepState } from './step-rows';

/** What a person decides about a saga that needs one. */
export type Decision = 'retried' | 'resolved';

/** Takes sagas up again on a person's word. */
@Injectable()
export class SagaReopening {
  constructor(
    private readonly dataSource: DataSource,
    private readonly replica: Replica,
  ) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /**
   * `retried`: whoever looks next tries again what is stuck. `resolved`: nothing of it is left to be done.
   *
   * @returns false when the saga does not wait for a person: nothing was written.
   */
  async decide(manager: EntityManager, companyId: string, sagaId: string, decision: Decision): Promise<boolean> {
    const [row] = await manager.query<{ status: SagaStatus; deadlineMs: number; nowMs: number }[]>(
      `select status, ${MS('deadline_at')} as "deadlineMs", ${MS('clock_timestamp()')} as "nowMs"
       from sagas where company_id = $1 and id = $2 for update`,
      [companyId, sagaId],
    );
    if (row?.status !== 'needs_attention') return false;
    const steps = (await manager.query<StepRow[]>(STEPS, [sagaId])).map(stepState);
    const before: SagaState = { ...row, nextMs: 0, tries: 0, steps };
    await this.write(manager, companyId, sagaId, apply(before, { type: decision }, row.nowMs), decision);
    return true;
  }

  private async write(
    manager: EntityManager,
    companyId: string,
    sagaId: string,
    { status, deadlineMs, steps }: SagaState,
    decision: Decision,
  ): Promise<void> {
    await manager.query(
      `with steps as (
         update saga_steps step set status = changed.status
         from unnest($5::text[]) with ordinality as changed (status, place)
         where step.saga_id = $2 and step.seq = changed.place - 1 and step.status <> changed.status
       ), noted as (
         insert into saga_events (saga_id, company_id, replica, what) values ($2, $1, $6, $7)
       )
       update sagas set status = $3, owner = null, fence = fence + 1, tries = 0, next_run_at = clock_timestamp(),
         deadline_at = to_timestamp($4::float8 / 1000),
         ended_at = case when $3 = 'compensating' then null else clock_timestamp() end
       where company_id = $1 and id = $2`,
      [companyId, sagaId, status, deadlineMs, steps.map((step) => step.status), this.replica.id, decision],
    );
  }
}
