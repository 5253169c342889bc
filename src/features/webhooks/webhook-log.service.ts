import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import { decodeCursor, type Page, pageOf } from '../../foundation/http/cursor';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository';
import { type DeliveryQuery, type DeliveryView, deliveryView } from './webhook-delivery.dto';

const PAGE_SIZE = 50;

/** What a company may read of its deliveries: everything but the bodies. */
@Injectable()
export class WebhookLog {
  constructor(private readonly deliveries: WebhookDeliveriesRepository) {}

  /** Newest first. @throws ApiError VALIDATION_ERROR for a cursor that is not of this list. */
  async list(companyId: string, { status, trigger, limit, cursor }: DeliveryQuery): Promise<Page<DeliveryView>> {
    const size = Number(limit ?? PAGE_SIZE);
    const before = cursor === undefined ? undefined : decodeCursor(cursor);
    const rows = await this.deliveries.list(companyId, size + 1, { status, trigger, before });
    return pageOf(rows, size, (row) => ({ at: row.receivedAt.toISOString(), id: row.id }), deliveryView);
  }

  /** @throws ApiError NOT_FOUND also for a delivery of another company. */
  async get(companyId: string, id: string): Promise<DeliveryView> {
    const delivery = await this.deliveries.find(companyId, id);
    if (!delivery) throw new ApiError('NOT_FOUND');
    return deliveryView(delivery);
  }
}
