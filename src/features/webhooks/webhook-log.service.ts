import { Injectable } from '@nestjs/common';
import { ApiError } from '../../foundation/errors/api-error';
import { decodeCursor, type Page, pageOf } from '../../foundation/http/cursor';
import { JobQueue } from '../../foundation/jobs/job-queue.service';
import { WebhookAttempts } from './webhook-attempts.repository';
import { type DeliveryFilter, WebhookDeliveriesRepository } from './webhook-deliveries.repository';
import {
  attemptView,
  type DeliveryDetail,
  type DeliveryQuery,
  type DeliveryView,
  deliveryView,
} from './webhook-delivery.dto';
import type { WebhookDelivery } from './webhook-delivery.entity';
import { WEBHOOK_QUEUE, type WebhookJob } from './webhook-job';

const PAGE_SIZE = 50;

/** What a company may read of its deliveries, everything but the bodies, and have applied once more. */
@Injectable()
export class WebhookLog {
  constructor(
    private readonly deliveries: WebhookDeliveriesRepository,
    private readonly attempts: WebhookAttempts,
    private readonly jobs: JobQueue,
  ) {}

  /** Newest first. @throws ApiError VALIDATION_ERROR for a cursor that is not of this list. */
  async list(companyId: string, query: DeliveryQuery): Promise<Page<DeliveryView>> {
    const size = Number(query.limit ?? PAGE_SIZE);
    const rows = await this.deliveries.list(companyId, size + 1, filterOf(query));
    return pageOf(rows, size, (row) => ({ at: row.receivedAt.toISOString(), id: row.id }), deliveryView);
  }

  /** @throws ApiError NOT_FOUND also for a delivery of another company. */
  async get(companyId: string, id: string): Promise<DeliveryDetail> {
    const delivery = await this.find(companyId, id);
    const history = await this.attempts.of(companyId, id);
    return { ...deliveryView(delivery), history: history.map(attemptView) };
  }

  /**
   * Has a delivery applied again, whatever became of it; whatever it did already it does not do twice. One that waits
   * for its next attempt is tried at once.
   *
   * @throws ApiError NOT_FOUND, or CONFLICT (`BODY_GONE`) when its body is older than 30 days or was erased.
   */
  async replay(companyId: string, id: string): Promise<DeliveryView> {
    const job: WebhookJob = { companyId, deliveryId: id };
    await this.deliveries.transaction(async (manager) => {
      if (!(await this.attempts.beginRound(manager, companyId, id))) throw await this.cannotReplay(companyId, id);
      await this.jobs.sendWithin(manager, WEBHOOK_QUEUE, job);
    });
    return deliveryView(await this.find(companyId, id));
  }

  private async cannotReplay(companyId: string, id: string): Promise<ApiError> {
    const isThere = (await this.deliveries.find(companyId, id)) !== undefined;
    return isThere ? new ApiError('CONFLICT', { details: { reason: 'BODY_GONE' } }) : new ApiError('NOT_FOUND');
  }

  private async find(companyId: string, id: string): Promise<WebhookDelivery> {
    const delivery = await this.deliveries.find(companyId, id);
    if (!delivery) throw new ApiError('NOT_FOUND');
    return delivery;
  }
}

function filterOf({ status, trigger, bookingId, from, to, cursor }: DeliveryQuery): DeliveryFilter {
  return {
    status,
    trigger,
    appointmentId: bookingId,
    from: from === undefined ? undefined : new Date(from),
    to: to === undefined ? undefined : new Date(to),
    before: cursor === undefined ? undefined : decodeCursor(cursor),
  };
}
