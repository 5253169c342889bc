import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { Replica } from '../../foundation/replicas/replica.service';
import { isAlive } from '../../foundation/replicas/replica.sql';
import { AppointmentsRepository } from './appointments.repository';
import { failedWith } from './failures';
import { ProviderTruth } from './provider-truth';

/** Together with a replica's lifetime of 2 s: what a killed process left is looked at within 3 s. */
const LOOK_MS = 500;
const AT_ONCE = 5;
/** After a look that was due: by then a call without an answer has taken effect, or never will. */
const NEXT_LOOK_SECONDS = 110;
/** A process died in mid-change: looked at now, and twice more. */
const LOOKS_AFTER_DEATH = 2;
const FIRST_LOOK_SECONDS = 15;

interface Due {
  companyId: string;
  id: string;
}

/** Reads again what became of changes whose outcome nobody has seen, and records it. */
@Injectable()
export class ChangeAftercare implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private isClosing = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly appointments: AppointmentsRepository,
    private readonly truth: ProviderTruth,
    private readonly replica: Replica,
    private readonly logger: PinoLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.lookLater();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private lookLater(): void {
    this.timer = setTimeout(() => {
      this.looking = this.look().finally(() => {
        if (!this.isClosing) this.lookLater();
      });
    }, LOOK_MS);
  }

  private async look(): Promise<void> {
    try {
      const due = this.replica.isFit ? await this.claimDue() : [];
      await Promise.all(due.map((each) => this.refresh(each)));
    } catch (error) {
      this.logger.warn({ err: error }, 'changes without an outcome could not be looked for');
    }
  }

  /** Each is looked at by one replica; a look that fails is made again, for the next one is written down before it. */
  private async claimDue(): Promise<Due[]> {
    return this.dataSource.query<Due[]>(
      `with due as (
         select id, change_owner is not null and not ${isAlive('change_replica')} as is_left_behind
         from appointments
         where look_at <= clock_timestamp() or (change_owner is not null and not ${isAlive('change_replica')})
         order by look_at nulls first limit $1 for update skip locked),
       claimed as (
         update appointments a set
           change_owner = case when is_left_behind then null else change_owner end,
           change_replica = case when is_left_behind then null else change_replica end,
           looks_left = case when is_left_behind then $2 else greatest(0, looks_left - 1) end,
           look_at = case
             when is_left_behind then clock_timestamp() + make_interval(secs => $3)
             when looks_left > 1 then clock_timestamp() + make_interval(secs => $4) end
         from due where a.id = due.id
         returning a.company_id, a.id)
       select company_id as "companyId", id from claimed`,
      [AT_ONCE, LOOKS_AFTER_DEATH, FIRST_LOOK_SECONDS, NEXT_LOOK_SECONDS],
    );
  }

  private async refresh({ companyId, id }: Due): Promise<void> {
    const row = await this.appointments.find(companyId, id);
    if (!row || row.uid === null) return;
    try {
      const { booking, formerUids } = await this.truth.follow(row.connectionId, row.uid, { lane: 'background' });
      await this.dataSource.transaction((manager) =>
        this.appointments.record(manager, row, booking, formerUids, 'own'),
      );
    } catch (error) {
      if (failedWith(error, 'BOOKING_NOT_FOUND')) return;
      this.logger.warn({ err: error, companyId, appointmentId: id }, 'a change without an outcome could not be read');
      await this.dataSource.query(
        `update appointments set look_at = coalesce(look_at, clock_timestamp() + interval '1 minute'),
           looks_left = greatest(looks_left, 1) where company_id = $1 and id = $2`,
        [companyId, id],
      );
    }
  }
}
