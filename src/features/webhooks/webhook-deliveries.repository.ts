import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import type { Cursor } from '../../foundation/http/cursor';
import { type DeliveryStatus, WebhookDelivery } from './webhook-delivery.entity';

export type NewDelivery = Pick<
  WebhookDelivery,
  'id' | 'companyId' | 'connectionId' | 'trigger' | 'eventTypeId' | 'bodyHash' | 'sealedBody'
>;

export interface DeliveryFilter {
  status?: DeliveryStatus;
  trigger?: string;
  appointmentId?: string;
  /** Received from this instant on. */
  from?: Date;
  /** Received before this instant. */
  to?: Date;
  before?: Cursor;
}

@Injectable()
export class WebhookDeliveriesRepository {
  constructor(@InjectRepository(WebhookDelivery) private readonly deliveries: Repository<WebhookDelivery>) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.deliveries.manager.transaction(work);
  }

  /** Whether the row is new; false for a body that this connection has received before. */
  async insertOnce(manager: EntityManager, delivery: NewDelivery): Promise<boolean> {
    const { id, companyId, connectionId, trigger, eventTypeId, bodyHash, sealedBody } = delivery;
    const inserted = await manager.query<unknown[]>(
      `insert into webhook_deliveries
         (id, company_id, connection_id, trigger, event_type_id, body_hash, sealed_body)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id`,
      [id, companyId, connectionId, trigger, eventTypeId, bodyHash, sealedBody],
    );
    return inserted.length > 0;
  }

  async find(companyId: string, id: string): Promise<WebhookDelivery | undefined> {
    return (await this.deliveries.findOneBy({ companyId, id })) ?? undefined;
  }

  /** Newest first. */
  list(companyId: string, limit: number, filter: DeliveryFilter): Promise<WebhookDelivery[]> {
    const { status, trigger, appointmentId, from, to, before } = filter;
    const query = this.deliveries
      .createQueryBuilder('delivery')
      .where('delivery.companyId = :companyId', { companyId })
      .orderBy('delivery.receivedAt', 'DESC')
      .addOrderBy('delivery.id', 'DESC')
      .limit(limit);
    if (status) query.andWhere('delivery.status = :status', { status });
    if (trigger) query.andWhere('delivery.trigger = :trigger', { trigger });
    if (appointmentId) query.andWhere('delivery.appointmentId = :appointmentId', { appointmentId });
    if (from) query.andWhere('delivery.receivedAt >= :from', { from });
    if (to) query.andWhere('delivery.receivedAt < :to', { to });
    if (before) query.andWhere('(delivery.receivedAt, delivery.id) < (:at, :id)', before);
    return query.getMany();
  }

  /** When this connection last received something about each of these event types of the provider. */
  async lastAbout(connectionId: string, eventTypeIds: string[]): Promise<Map<string, Date>> {
    const rows = await this.deliveries.query<{ eventTypeId: string; at: Date | null }[]>(
      `select wanted.id as "eventTypeId",
         (select max(received_at) from webhook_deliveries
          where connection_id = $1 and event_type_id = wanted.id) as at
       from unnest($2::text[]) as wanted (id)`,
      [connectionId, eventTypeIds],
    );
    return new Map(rows.flatMap(({ eventTypeId, at }) => (at ? [[eventTypeId, at]] : [])));
  }

  /** When it last received something about none of them. */
  async lastBeside(companyId: string, connectionId: string, eventTypeIds: string[]): Promise<Date | undefined> {
    const rows = await this.deliveries.query<{ at: Date }[]>(
      `select received_at as at from webhook_deliveries
       where company_id = $1 and connection_id = $2 and (event_type_id is null or event_type_id <> all($3))
       order by received_at desc limit 1`,
      [companyId, connectionId, eventTypeIds],
    );
    return rows[0]?.at;
  }
}
