import type { ConfigService } from '@nestjs/config';
import type { PinoLogger } from 'nestjs-pino';
import type { DataSource } from 'typeorm';
import { ApiError } from '../../src/foundation/errors/api-error';
import type { VisitOrder } from '../../src/foundation/config/app-config';
import type { WebhookNotice } from '../../src/scheduling/webhook-reader';
import { BookingEventsService } from '../../src/features/bookings/booking-events.service';
import { ProviderTruth } from '../../src/features/bookings/provider-truth';
import { BookingSteps } from '../../src/features/bookings/saga/booking-steps';
import { SagaBackward } from '../../src/features/bookings/saga/saga-backward';
import { SagaConfirmation } from '../../src/features/bookings/saga/saga-confirmation';
import { SagaDriver } from '../../src/features/bookings/saga/saga-driver';
import { SagaEnds } from '../../src/features/bookings/saga/saga-ends';
import { SagaForward } from '../../src/features/bookings/saga/saga-forward';
import { SagaPurposes } from '../../src/features/bookings/saga/saga-purposes';
import { SagaRecord } from '../../src/features/bookings/saga/saga-record';
import { Sagas } from '../../src/features/bookings/saga/sagas.service';
import { CompositeBookingsService } from '../../src/features/composite-bookings/composite-bookings.service';
import { MoveBeginning } from '../../src/features/composite-bookings/changing/move-beginning';
import { VisitAnswers } from '../../src/features/composite-bookings/visit-answers';
import { VisitBeginning } from '../../src/features/composite-bookings/booking/visit-beginning';
import { VisitBooking } from '../../src/features/composite-bookings/booking/visit-booking';
import { VisitCancel } from '../../src/features/composite-bookings/changing/visit-cancel';
import { VisitCancelPurpose } from '../../src/features/composite-bookings/changing/visit-cancel-purpose';
import { VisitChanges } from '../../src/features/composite-bookings/changing/visit-changes';
import { VisitClaims } from '../../src/features/composite-bookings/booking/visit-claims';
import { VisitDecisions } from '../../src/features/composite-bookings/watching/visit-decisions';
import { VisitMove } from '../../src/features/composite-bookings/changing/visit-move';
import { VisitMovePurpose } from '../../src/features/composite-bookings/changing/visit-move-purpose';
import { VisitOutcomes } from '../../src/features/composite-bookings/visit-outcomes';
import { VisitPurpose } from '../../src/features/composite-bookings/booking/visit-purpose';
import { VisitReader } from '../../src/features/composite-bookings/reading/visit-reader';
import { VisitRecords } from '../../src/features/composite-bookings/visit-records';
import { VisitSagas } from '../../src/features/composite-bookings/visit-sagas';
import { VisitWatch } from '../../src/features/composite-bookings/watching/visit-watch';
import type { VisitChoice } from '../../src/features/composite-bookings/booking/visit-work';
import type { VirtualTime } from '../saga/simulation/virtual-time';
import { ImaginedAppointments } from './appointment-tables';
import { ImaginedProvider, SETTLE_MS, type Weather } from './provider';
import { ImaginedSagas } from './saga-tables';
import { CONNECTION, COMPANY, type ImaginedSalon } from './salon';
import { Tables } from './tables';
import { ImaginedKeys, ImaginedTimes, ImaginedVisits } from './visit-tables';

const LOOK_AGAIN_MS = 20_000;
const RETRY_MS = 1_000;

/** A choice as stories make it: the start in steps of the grid, and who does what. */
export function choiceOf(slot: number, cast: number): VisitChoice {
  return { startMs: slot, staff: new Map([['cast', String(cast)]]) };
}

/**
 * The service's own classes for visits, their sagas and what is heard from outside, on tables in memory and with an
 * imagined provider. What is left out: HTTP, Postgres and the search for free times.
 */
export class ImaginedService {
  readonly tables = new Tables();
  readonly provider: ImaginedProvider;
  readonly errors: unknown[] = [];
  readonly visits: CompositeBookingsService;
  readonly sagas: ImaginedSagas;
  private readonly appointments = new ImaginedAppointments(this.tables);
  private readonly events: BookingEventsService;

  constructor(
    private readonly time: VirtualTime,
    private readonly salon: ImaginedSalon,
    weather: Weather,
    order: VisitOrder,
  ) {
    const logger = as<PinoLogger>({
      error: ({ err }: { err: unknown }) => this.errors.push(err),
      info: () => undefined,
    });
    this.provider = new ImaginedProvider(time, salon, weather, (notice) => this.delivered(notice));
    const settings = { deadlineMs: 10_000, settleMs: SETTLE_MS, visitOrder: order };
    const config = as<ConfigService<never, true>>({
      get: (name: string) => (name === 'deploymentId' ? 'here' : settings),
    });
    const { provider } = this;
    const calls = {
      run: async <T>(_: string, call: (at: ImaginedProvider) => Promise<T>) => call(provider),
      watch: <T>(_: string, call: Promise<T>) => call,
    };
    const times = new ImaginedTimes(this.tables);
    const purposes = new SagaPurposes();
    this.sagas = new ImaginedSagas(this.tables, time, logger);
    const own = this.sagas;
    const steps = new BookingSteps(config, as(calls), as({ find: async (_: string, id: string) => salon.types.get(id)!.record }), as(times)); // prettier-ignore
    const record = new SagaRecord(as(own), new SagaEnds(purposes, as(times)));
    const replica = { isFit: true };
    own.driver = new SagaDriver(
      as(own),
      new SagaForward(record, steps, as(replica)),
      new SagaBackward(record, steps, as(replica)),
      new SagaConfirmation(record, steps, as(replica)),
      record,
    );
    const sagas = new Sagas(as(own), purposes, as(own), as(own), as(own));
    this.visits = this.wired(sagas, as(config), as(calls), as(times));
    const truth = new ProviderTruth(as(calls));
    this.events = new BookingEventsService(this.dataSource(), as(this.appointments), truth, as({ create: async () => undefined }), as(own)); // prettier-ignore
  }

  /** As the reconciliation does it: every booking is read, and what our record does not know is recorded. */
  async reconcile(): Promise<void> {
    for (const { uid, ref, rescheduledToUid } of [...this.provider.bookings.values()]) {
      if (rescheduledToUid !== undefined) continue;
      await this.heard({
        trigger: 'list',
        effect: 'changed',
        uid,
        metadata: {},
        ...(ref === undefined ? {} : { ref }),
      });
    }
  }

  private delivered(notice: WebhookNotice): void {
    this.time.runAs({ wakeAt: (dueMs) => dueMs }, () => void this.heard(notice));
  }

  private async heard(notice: WebhookNotice): Promise<void> {
    for (let tries = 0; tries < 10; tries++) {
      try {
        await this.events.apply({ id: CONNECTION, companyId: COMPANY }, notice);
        return;
      } catch {
        await this.time.elapse(RETRY_MS);
      }
    }
  }

  /** What is asked for a second look at an appointment comes here as SQL. */
  private dataSource(): DataSource {
    return as<DataSource>({
      transaction: (work: (manager: undefined) => Promise<unknown>) => this.tables.transaction(() => work(undefined)),
      query: async (_: string, [, uid]: [string, string]) => {
        const notice = { trigger: 'look', effect: 'changed', uid, metadata: {} } as const;
        this.time.at(this.time.nowMs + LOOK_AGAIN_MS, () => this.delivered(notice));
      },
    });
  }

  private wired(
    sagas: Sagas,
    config: ConstructorParameters<typeof VisitSagas>[0],
    calls: ConstructorParameters<typeof VisitDecisions>[4],
    times: ConstructorParameters<typeof VisitClaims>[0],
  ): CompositeBookingsService {
    const rows = as<ConstructorParameters<typeof VisitReader>[0]>(new ImaginedVisits(this.tables));
    const appointments = as<ConstructorParameters<typeof VisitReader>[1]>(this.appointments);
    const outbox = {
      add: async (
        _: unknown,
        { subject, type, payload }: { subject: string; type: string; payload: { status: string } },
      ) => void this.tables.news.push({ subject, type, status: payload.status }),
    };
    const reader = new VisitReader(rows, appointments);
    const records = new VisitRecords(rows, appointments, as(outbox));
    const answers = new VisitAnswers(as(new ImaginedKeys(this.tables, this.time)), reader);
    const outcomes = new VisitOutcomes(sagas, answers, reader);
    const plans = new VisitSagas(config);
    const claims = new VisitClaims(times);
    const changes = new VisitChanges(answers, outcomes);
    const intake = as<ConstructorParameters<typeof VisitBooking>[1]>(this.intake());
    const reservations = { make: async () => undefined, end: async () => undefined };
    new VisitPurpose(sagas, records, appointments, answers).onModuleInit();
    new VisitMovePurpose(sagas, plans, records, appointments, answers).onModuleInit();
    new VisitCancelPurpose(sagas, records, appointments, answers).onModuleInit();
    new VisitWatch(appointments, rows, records, plans, sagas).onModuleInit();
    const beginning = new VisitBeginning(sagas, plans, records, answers, claims);
    return new CompositeBookingsService(
      new VisitBooking(answers, intake, beginning, outcomes, as(reservations)),
      new VisitMove(reader, intake, new MoveBeginning(sagas, plans, records, changes, claims), changes, outcomes),
      new VisitCancel(sagas, plans, records, changes, outcomes),
      new VisitDecisions(sagas, rows, records, reader, calls),
      changes,
    );
  }

  /** Whatever is asked for is said to be free: whether it is, the provider says. */
  private intake() {
    const parts = ({ startMs, staff }: VisitChoice) => this.salon.parts(startMs!, Number(staff.get('cast')));
    return {
      attendees: { complete: async (_: string, attendee: object) => ({ ...attendee, timeZone: 'Europe/Berlin' }) },
      plan: async () => this.salon.plan,
      chosen: async (_: unknown, choice: VisitChoice) => ({ startMs: parts(choice)[0]!.startMs, parts: parts(choice) }),
      moved: async (_: unknown, __: unknown, choice: VisitChoice) => parts(choice),
      unavailable: async (_: unknown, __: unknown, details: Record<string, unknown>) =>
        new ApiError('SLOT_UNAVAILABLE', { details }),
    };
  }
}

/** Stands for a class of the service, as far as it is used here. */
function as<T>(stand: unknown): T {
  return stand as T;
}
