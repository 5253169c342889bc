import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository, Not } from 'typeorm';
import type { WebhookJob } from './webhook-job';
import { type DeliveryStatus, WebhookDelivery } from './webhook-delivery.entity';

export interface DeliveryResult {
  status: Exclude<DeliveryStatus, 'received'>;
  effect: string | null;
  appointmentId: string | null;
  lastError: string | null;
}

export interface AttemptRow {
  number: number;
  beganAt: Date;
  endedAt: Date | null;
  effect: string | null;
  error: string | null;
}

const COLUMNS = `id, company_id as "companyId", connection_id as "connectionId", trigger, sealed_body as "sealedBody",
  attempts, tries, received_at as "receivedAt"`;
export type BegunDelivery = Pick<
  WebhookDelivery,
  'id' | 'companyId' | 'connectionId' | 'trigger' | 'sealedBody' | 'attempts' | 'tries' | 'receivedAt'
>;

/** Each try to apply a delivery, and what it made of the delivery. */
@Injectable()
export class WebhookAttempts {
  constructor(@InjectRepository(WebhookDelivery) private readonly deliveries: Repository<WebhookDelivery>) {}

  /** The delivery with its sealed body, counted as tried once more; undefined when it is done or gone. */
  async begin(companyId: string, id: string): Promise<BegunDelivery | undefined> {
    const [begun] = await this.deliveries.query<BegunDelivery[]>(
      `with begun as (
         update webhook_deliveries set attempts = attempts + 1, tries = tries + 1
         where company_id = $1 and id = $2 and status = 'received' returning *),
       attempt as (
         insert into webhook_attempts (company_id, delivery_id, number) select company_id, id, attempts from begun)
       select ${COLUMNS} from begun`,
      [companyId, id],
    );
    return begun;
  }

  /** There will be another attempt. */
  async failed({ companyId, id, attempts }: BegunDelivery, error: string): Promise<void> {
    await this.deliveries.query(
      `with attempt as (
         update webhook_attempts set ended_at = clock_timestamp(), error = $4
         where company_id = $1 and delivery_id = $2 and number = $3)
       update webhook_deliveries set last_error = $4 where company_id = $1 and id = $2`,
      [companyId, id, attempts, error],
    );
  }

  /** `received` no more. Giving up changes nothing when another attempt at the same time got through. */
  async finish({ companyId, id, attempts }: BegunDelivery, result: DeliveryResult): Promise<void> {
    const { status, effect, appointmentId, lastError } = result;
    await this.deliveries.query(
      `with attempt as (
         update webhook_attempts set ended_at = clock_timestamp(), effect = $5, error = $7
         where company_id = $1 and delivery_id = $2 and number = $3)
       update webhook_deliveries
       set status = $4, effect = $5, appointment_id = $6, last_error = $7, processed_at = now()
       where company_id = $1 and id = $2 and (status = 'received' or $4 <> 'failed')`,
      [companyId, id, attempts, status, effect, appointmentId, lastError],
    );
  }

  /** Waits for its turn again, with a whole round of tries. @returns false when there is no such delivery, or its body has gone. */
  async beginRound(manager: EntityManager, companyId: string, id: string): Promise<boolean> {
    const change = { status: 'received' as const, tries: 0, processedAt: null };
    return (await manager.update(WebhookDelivery, { companyId, id, sealedBody: Not('') }, change)).affected === 1;
  }

  /** Deliveries received before `at` whose work another one has done meanwhile. */
  async finishTogether(connectionId: string, triggers: string[], at: string, effect: string): Promise<void> {
    await this.deliveries.query(
      `update webhook_deliveries set status = 'processed', effect = $4, processed_at = now()
       where connection_id = $1 and status = 'received' and trigger = any($2) and received_at < $3::timestamptz`,
      [connectionId, triggers, at, effect],
    );
  }

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.deliveries.manager.transaction(work);
  }

  /**
   * Deliveries that nobody has tried for longer than a job ever waits: its longest pause is 2048 s, and as much again by
   * chance. The oldest first.
   */
  async withoutJob(): Promise<WebhookJob[]> {
    return this.deliveries.query<WebhookJob[]>(
      `select company_id as "companyId", id as "deliveryId" from webhook_deliveries delivery
       where status = 'received' and received_at < now() - interval '3 hours' and not exists (
         select from webhook_attempts where delivery_id = delivery.id and began_at > now() - interval '3 hours')
       order by received_at limit 1000`,
    );
  }

  /** A moment of the database's clock, as its own text. */
  async now(): Promise<string> {
    const [row] = await this.deliveries.query<{ now: string }[]>('select clock_timestamp()::text as now');
    return row!.now;
  }

  /** Oldest first. */
  of(companyId: string, deliveryId: string): Promise<AttemptRow[]> {
    return this.deliveries.query<AttemptRow[]>(
      `select number, began_at as "beganAt", ended_at as "endedAt", effect, error
       from webhook_attempts where company_id = $1 and delivery_id = $2 order by number`,
      [companyId, deliveryId],
    );
  }
}
