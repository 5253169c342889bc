import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import type { Cursor } from '../../foundation/http/cursor';
import { DeliveryStatus, WebhookDelivery } from './webhook-delivery.entity';

export type NewDelivery = Pick<
  WebhookDelivery,
  'id' | 'companyId' | 'connectionId' | 'trigger' | 'bodyHash' | 'sealedBody'
>;

export interface DeliveryFilter {
  status?: DeliveryStatus;
  trigger?: string;
  before?: Cursor;
}

export interface DeliveryResult {
  status: Exclude<DeliveryStatus, 'received'>;
  effect: string | null;
  appointmentId: string | null;
  lastError: string | null;
}

@Injectable()
export class WebhookDeliveriesRepository {
  constructor(@InjectRepository(WebhookDelivery) private readonly deliveries: Repository<WebhookDelivery>) {}

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.deliveries.manager.transaction(work);
  }

  /** Whether the row is new; false for a body that this connection has received before. */
  async insertOnce(manager: EntityManager, delivery: NewDelivery): Promise<boolean> {
    const inserted = await manager
      .createQueryBuilder()
      .insert()
      .into(WebhookDelivery)
      .values(delivery)
      .orIgnore()
      .returning('id')
      .execute();
    return (inserted.raw as unknown[]).length > 0;
  }

  /** The delivery with its sealed body, counted as tried once more; undefined when it is done or gone. */
  async beginAttempt(companyId: string, id: string): Promise<WebhookDelivery | undefined> {
    const { affected } = await this.deliveries.update(
      { companyId, id, status: 'received' },
      { attempts: () => 'attempts + 1' },
    );
    if (!affected) return undefined;
    const delivery = await this.deliveries
      .createQueryBuilder('delivery')
      .addSelect('delivery.sealedBody')
      .where({ companyId, id })
      .getOne();
    return delivery ?? undefined;
  }

  async noteError(companyId: string, id: string, lastError: string): Promise<void> {
    await this.deliveries.update({ companyId, id }, { lastError });
  }

  async finish(companyId: string, id: string, result: DeliveryResult): Promise<void> {
    await this.deliveries.update({ companyId, id }, { ...result, processedAt: () => 'now()' });
  }

  async find(companyId: string, id: string): Promise<WebhookDelivery | undefined> {
    return (await this.deliveries.findOneBy({ companyId, id })) ?? undefined;
  }

  /** Newest first. */
  list(companyId: string, limit: number, { status, trigger, before }: DeliveryFilter): Promise<WebhookDelivery[]> {
    const query = this.deliveries
      .createQueryBuilder('delivery')
      .where('delivery.companyId = :companyId', { companyId })
      .orderBy('delivery.receivedAt', 'DESC')
      .addOrderBy('delivery.id', 'DESC')
      .limit(limit);
    if (status) query.andWhere('delivery.status = :status', { status });
    if (trigger) query.andWhere('delivery.trigger = :trigger', { trigger });
    if (before) query.andWhere('(delivery.receivedAt, delivery.id) < (:at, :id)', before);
    return query.getMany();
  }
}
