import { Injectable } from '@nestjs/common';
import { SecretBox } from '../../foundation/crypto/secret-box';
import { ProviderDirectory } from '../../scheduling/provider-directory';
import type { CallContext } from '../../scheduling/call-context';
import { BookingEventsService } from '../bookings/booking-events.service';
import { ConnectionsService } from '../companies/connections.service';
import type { DeliveryResult } from './webhook-deliveries.repository';
import type { WebhookDelivery } from './webhook-delivery.entity';
import { bodyPlace } from './webhook-job';

/** The job is given up and taken by another worker after 90 s: no call of the first one is under way any more then. */
const DEADLINE_MS = 75_000;

/** Turns a stored delivery into its effect on an appointment. */
@Injectable()
export class WebhookApplier {
  constructor(
    private readonly box: SecretBox,
    private readonly directory: ProviderDirectory,
    private readonly connections: ConnectionsService,
    private readonly events: BookingEventsService,
  ) {}

  /**
   * May be repeated: the second time changes nothing.
   *
   * @throws SecretUnreadableError when the stored body cannot be opened; repeating is pointless.
   * @throws SchedulingError when the provider had to be asked and gave no answer.
   */
  async apply({ id, companyId, connectionId, sealedBody }: WebhookDelivery): Promise<DeliveryResult> {
    const body = this.box.open(sealedBody, bodyPlace(companyId));
    const connection = await this.connections.byId(connectionId);
    if (!connection) return { status: 'ignored', effect: 'no such connection', appointmentId: null, lastError: null };
    const notice = this.directory.webhookReader(connection.provider).parse(body);
    const context: CallContext = {
      lane: 'background',
      correlationId: id,
      signal: AbortSignal.timeout(DEADLINE_MS),
    };
    const scope = { id: connectionId, companyId };
    const { outcome, effect, appointmentId } = await this.events.apply(scope, notice, context);
    return { status: outcome, effect, appointmentId: appointmentId ?? null, lastError: null };
  }
}
