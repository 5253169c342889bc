import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../scheduling/call-context';
import { EventTypesService } from '../event-types/event-types.service';
import { TRIGGER_TABLE } from './trigger-table';
import { type BegunDelivery, type DeliveryResult, WebhookAttempts } from './webhook-attempts.repository';

const TRIGGERS = TRIGGER_TABLE.filter(({ effect }) => effect === 'event-types').map(({ trigger }) => trigger);

/** Somebody says that the provider's event types have changed. What they are is read there, never taken from a body. */
@Injectable()
export class EventTypeHints {
  constructor(
    private readonly eventTypes: EventTypesService,
    private readonly attempts: WebhookAttempts,
  ) {}

  /**
   * Reads all event types anew. That answers every such hint received before it began, so one reading serves them all.
   *
   * @throws SchedulingError when the provider could not be read: nothing changed.
   */
  async apply({ companyId, connectionId }: BegunDelivery, context: CallContext): Promise<DeliveryResult> {
    const begun = await this.attempts.now();
    const { created, updated, deleted } = await this.eventTypes.sync(companyId, context);
    await this.attempts.finishTogether(connectionId, TRIGGERS, begun, 'event types read for another delivery');
    const effect = `event types read: ${created} new, ${updated} changed, ${deleted} gone`;
    return { status: 'processed', effect, appointmentId: null, lastError: null };
  }
}
