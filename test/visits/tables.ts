import type { AppointmentEntity } from '../../src/features/bookings/appointment.entity';
import type { Saga, StepPlan, StepRemark } from '../../src/features/bookings/saga/saga';
import type { SagaState } from '../../src/features/bookings/saga/saga-state';
import type { Visit } from '../../src/features/composite-bookings/visit';
import type { TimeClaim } from '../../src/features/availability/claims/host-times.service';

export interface SagaRow extends Pick<Saga, 'id' | 'kind' | 'companyId' | 'connectionId' | 'input'> {
  plan: StepPlan[];
  state: SagaState;
  remarks: (StepRemark | undefined)[];
  failure: Saga['failure'];
  fence: number;
  /** Whoever drives it does so in this process: nobody dies here. */
  isOwned: boolean;
  nextRunMs: number;
  endedMs?: number;
}

export interface KeyRow {
  fingerprint: string;
  resourceId: string;
  sagaId: string;
  lockedUntilMs: number;
  answer?: { status: number; content: string };
}

export type Row = Omit<AppointmentEntity, 'company' | 'connection'>;

/** What Postgres would hold. Rows are replaced, never changed. */
export class Tables {
  visits = new Map<string, Visit>();
  /** Every status that a visit has come to, in order. */
  histories = new Map<string, string[]>();
  appointments = new Map<string, Row>();
  uids = new Map<string, string>();
  sagas = new Map<string, SagaRow>();
  visitOfSaga = new Map<string, string>();
  keys = new Map<string, KeyRow>();
  claims: (TimeClaim & { sagaId: string })[] = [];
  news: { subject: string; type: string; status: string }[] = [];
  private turn: Promise<unknown> = Promise.resolve();

  /** One at a time; what fails leaves nothing behind. */
  transaction<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(async () => {
      const before = this.copy();
      try {
        return await work();
      } catch (error) {
        Object.assign(this, before);
        throw error;
      }
    });
    this.turn = result.catch(() => undefined);
    return result;
  }

  private copy() {
    const { visits, histories, appointments, uids, sagas, visitOfSaga, keys, claims, news } = this;
    return {
      visits: new Map(visits),
      histories: new Map(histories),
      appointments: new Map(appointments),
      uids: new Map(uids),
      sagas: new Map(sagas),
      visitOfSaga: new Map(visitOfSaga),
      keys: new Map(keys),
      claims: [...claims],
      news: [...news],
    };
  }
}
