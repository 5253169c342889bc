import { Injectable } from '@nestjs/common';
import { SecretBox } from '../../foundation/crypto/secret-box';
import { ProviderDirectory } from '../../scheduling/provider-directory';
import type { CallContext } from '../../scheduling/call-context';
import { BookingEventsService } from '../bookings/booking-events.service';
import { ConnectionsService } from '../companies/connections.service';
import { EventTypeHints } from './event-type-hints';
import type { BegunDelivery, DeliveryResult } from './webhook-attempts.repository';
import { bodyPlace } from './webhook-job';

/** The job is given up and taken by another worker after 90 s: no call of the first one is under way any more then. */
const DEADLINE_MS = 75_000;

/** Turns a stored delivery into its effect. */
@Injectable()
export class WebhookApplier {
  constructor(
    private readonly box: SecretBox,
    private readonly directory: ProviderDirectory,
    private readonly connections: ConnectionsService,
    private readonly events: BookingEventsService,
    private readonly eventTypes: EventTypeHints,
  ) {}

  /**
   * May be repeated: the second time changes nothing.
   *
   * @throws SecretUnreadableError when the stored body cannot be opened; repeating is pointless.
   * @throws SchedulingError when the provider had to be asked and gave no answer.
   */
  async apply(delivery: BegunDelivery): Promise<DeliveryResult> {
    const { id, companyId, connectionId, sealedBody } = delivery;
    const body = this.box.open(sealedBody, bodyPlace(companyId));
    const connection = await this.connections.byId(connectionId);
    if (!connection) return { status: 'ignored', effect: 'no such connection', appointmentId: null, lastError: null };
    const notice = this.directory.webhookReader(connection.provider).parse(body);
    const context: CallContext = { lane: 'background', correlationId: id, signal: AbortSignal.timeout(DEADLINE_MS) };
    if (notice.effect === 'event-types') return this.eventTypes.apply(delivery, context);
    const applied = await this.events.apply({ id: connectionId, companyId }, notice, context);
    const effect = notice.effect === 'reschedule-requested' ? `asked to reschedule: ${applied.effect}` : applied.effect;
    return { status: applied.outcome, effect, appointmentId: applied.appointmentId ?? null, lastError: null };
  }
}
