import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import type { Cursor } from '../../foundation/http/cursor';
import { EventDelivery, type EventDeliveryStatus } from './event-deliveries.entity';

export interface EventDeliveryFilter {
  status?: EventDeliveryStatus;
  type?: string;
  from?: Date;
  before?: Cursor;
}

/** Where a delivery is to be found: every query names all three. */
export interface DeliveryPath {
  companyId: string;
  endpointId: string;
  id: string;
}

export interface AttemptRow {
  number: number;
  at: Date;
  durationMs: number;
  responseStatus: number | null;
  error: string | null;
  sealedResponse: string | null;
}

@Injectable()
export class EventDeliveriesRepository {
  constructor(@InjectRepository(EventDelivery) private readonly deliveries: Repository<EventDelivery>) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.deliveries.manager.transaction(work);
  }

  async find({ companyId, endpointId, id }: DeliveryPath): Promise<EventDelivery | undefined> {
    return (await this.deliveries.findOneBy({ companyId, endpointId, id })) ?? undefined;
  }

  /** Newest first. */
  list(companyId: string, endpointId: string, limit: number, filter: EventDeliveryFilter): Promise<EventDelivery[]> {
    const { status, type, from, before } = filter;
    const query = this.deliveries
      .createQueryBuilder('delivery')
      .where('delivery.companyId = :companyId and delivery.endpointId = :endpointId', { companyId, endpointId })
      .orderBy('delivery.createdAt', 'DESC')
      .addOrderBy('delivery.id', 'DESC')
      .limit(limit);
    if (status) query.andWhere('delivery.status = :status', { status });
    if (type) query.andWhere('delivery.type = :type', { type });
    if (from) query.andWhere('delivery.createdAt >= :from', { from });
    if (before) query.andWhere('(delivery.createdAt, delivery.id) < (:at, :id)', before);
    return query.getMany();
  }

  /** Oldest first. */
  attempts({ companyId, id }: DeliveryPath): Promise<AttemptRow[]> {
    return this.deliveries.query<AttemptRow[]>(
      `select number, at, duration_ms as "durationMs", response_status as "responseStatus", error,
         sealed_response as "sealedResponse"
       from outbox_attempts where company_id = $1 and delivery_id = $2 order by number`,
      [companyId, id],
    );
  }

  /** Due now, with a whole round of retries. One that is being sent at this moment is left to whoever sends it. */
  async replay({ companyId, endpointId, id }: DeliveryPath): Promise<void> {
    await this.deliveries.query(
      `update outbox_deliveries set status = 'pending', tries = 0, next_attempt_at = now(), finished_at = null
       where company_id = $1 and endpoint_id = $2 and id = $3 and claim is null`,
      [companyId, endpointId, id],
    );
  }
}
