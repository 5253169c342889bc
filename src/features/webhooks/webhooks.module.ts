import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BookingsModule } from '../bookings/bookings.module';
import { CompaniesModule } from '../companies/companies.module';
import { ConnectionStoreModule } from '../companies/connection-store.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { EventTypeHints } from './event-type-hints';
import { OutgoingEventsModule } from './outgoing-events.module';
import { SubscriptionScopes } from './subscription-scopes';
import { SubscriptionWatch } from './subscription-watch';
import { SubscriptionsController } from './subscriptions.controller';
import { SubscriptionsService } from './subscriptions.service';
import { WebhookApplier } from './webhook-applier.service';
import { WebhookAttempts } from './webhook-attempts.repository';
import { WebhookConnections } from './webhook-connections';
import { WebhookDeliveriesController } from './webhook-deliveries.controller';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository';
import { WebhookDelivery } from './webhook-delivery.entity';
import { WebhookInbox } from './webhook-inbox.service';
import { WebhookLog } from './webhook-log.service';
import { WebhookLostJobs } from './webhook-lost-jobs';
import { WebhookReceiverController } from './webhook-receiver.controller';
import { WebhookRetention } from './webhook-retention.service';
import { WebhookWorker } from './webhook-worker.service';

/** Receives webhooks, keeps them, and applies them to appointments. */
@Module({
  imports: [
    TypeOrmModule.forFeature([WebhookDelivery]),
    CompaniesModule,
    ConnectionStoreModule,
    EventTypesModule,
    BookingsModule,
    OutgoingEventsModule,
  ],
  controllers: [WebhookReceiverController, WebhookDeliveriesController, SubscriptionsController],
  providers: [
    WebhookInbox,
    WebhookConnections,
    WebhookWorker,
    WebhookLostJobs,
    WebhookApplier,
    EventTypeHints,
    WebhookLog,
    WebhookDeliveriesRepository,
    WebhookAttempts,
    SubscriptionScopes,
    SubscriptionsService,
    SubscriptionWatch,
    WebhookRetention,
  ],
  exports: [WebhookRetention],
})
export class WebhooksModule {}
