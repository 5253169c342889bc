import { Injectable } from '@nestjs/common';
import { SecretBox, SecretUnreadableError } from '../../foundation/crypto/secret-box';
import { ApiError } from '../../foundation/errors/api-error';
import { decodeCursor, type Page, pageOf } from '../../foundation/http/cursor';
import { Outbox } from '../../foundation/outbox/outbox';
import { responsePlace } from '../../foundation/outbox/outbox-places';
import { EndpointsService } from './endpoints.service';
import {
  type EventAttemptView,
  type EventDeliveryDetail,
  type EventDeliveryQuery,
  type EventDeliveryView,
  eventDeliveryView,
} from './event-deliveries.dto';
import { type AttemptRow, type DeliveryPath, EventDeliveriesRepository } from './event-deliveries.repository';
import { TEST_EVENT_TYPE } from './outgoing-event-types';

const PAGE_SIZE = 50;

/** What became of the events of an endpoint, and sending them again. Other companies' things are not found. */
@Injectable()
export class EventDeliveriesService {
  constructor(
    private readonly deliveries: EventDeliveriesRepository,
    private readonly endpoints: EndpointsService,
    private readonly outbox: Outbox,
    private readonly box: SecretBox,
  ) {}

  /** Newest first. @throws ApiError NOT_FOUND, or VALIDATION_ERROR for a cursor that is not of this list. */
  async list(companyId: string, endpointId: string, query: EventDeliveryQuery): Promise<Page<EventDeliveryView>> {
    await this.endpoints.get(companyId, endpointId);
    const { status, type, limit, cursor } = query;
    const size = Number(limit ?? PAGE_SIZE);
    const rows = await this.deliveries.list(companyId, endpointId, size + 1, {
      status,
      type,
      from: query.from === undefined ? undefined : new Date(query.from),
      before: cursor === undefined ? undefined : decodeCursor(cursor),
    });
    return pageOf(rows, size, (row) => ({ at: row.createdAt.toISOString(), id: row.id }), eventDeliveryView);
  }

  /** @throws ApiError NOT_FOUND */
  async get(path: DeliveryPath): Promise<EventDeliveryDetail> {
    const view = await this.view(path);
    const attempts = await this.deliveries.attempts(path);
    return { ...view, history: attempts.map((row) => this.attemptView(path.companyId, row)) };
  }

  /**
   * Sends it once more with the same id and body, and again for a day if that fails; one that is pending becomes due.
   *
   * @throws ApiError NOT_FOUND; CONFLICT `ENDPOINT_DISABLED`
   */
  async replay(path: DeliveryPath): Promise<EventDeliveryView> {
    await this.endpoints.getEnabled(path.companyId, path.endpointId);
    await this.view(path);
    await this.deliveries.replay(path);
    return this.view(path);
  }

  /** Sends an event of type `test` to this endpoint alone. @throws ApiError NOT_FOUND; CONFLICT `ENDPOINT_DISABLED` */
  async test(companyId: string, endpointId: string): Promise<EventDeliveryView> {
    await this.endpoints.getEnabled(companyId, endpointId);
    const event = { companyId, subject: endpointId, type: TEST_EVENT_TYPE, payload: { test: true } };
    const id = await this.deliveries.transaction((manager) => this.outbox.addFor(manager, endpointId, event));
    if (id === undefined) throw new ApiError('NOT_FOUND');
    return this.view({ companyId, endpointId, id });
  }

  private async view(path: DeliveryPath): Promise<EventDeliveryView> {
    const row = await this.deliveries.find(path);
    if (!row) throw new ApiError('NOT_FOUND');
    return eventDeliveryView(row);
  }

  private attemptView(companyId: string, { at, sealedResponse, ...row }: AttemptRow): EventAttemptView {
    return { ...row, at: at.toISOString(), responseBody: this.response(companyId, sealedResponse) };
  }

  /** Sealed with a key that is gone, an answer is no longer worth a fault of the whole log. */
  private response(companyId: string, sealed: string | null): string | null {
    if (sealed === null) return null;
    try {
      return this.box.openText(sealed, responsePlace(companyId));
    } catch (error) {
      if (error instanceof SecretUnreadableError) return null;
      throw error;
    }
  }
}
