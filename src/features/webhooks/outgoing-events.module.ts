import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EndpointSecrets } from './endpoints-secrets';
import { EndpointsController } from './endpoints.controller';
import { WebhookEndpoint } from './endpoints.entity';
import { EndpointsRepository } from './endpoints.repository';
import { EndpointsService } from './endpoints.service';
import { EventDeliveriesController } from './event-deliveries.controller';
import { EventDelivery } from './event-deliveries.entity';
import { EventDeliveriesRepository } from './event-deliveries.repository';
import { EventDeliveriesService } from './event-deliveries.service';
import { OutgoingClaims } from './outgoing-claims.repository';
import { OutgoingClient } from './outgoing-client';
import { OutgoingDispatcher } from './outgoing-dispatcher';
import { OutgoingRecord } from './outgoing-record';
import { OutgoingSender } from './outgoing-sender';

/** Tells the companies' own programs what happened to their bookings. */
@Module({
  imports: [TypeOrmModule.forFeature([WebhookEndpoint, EventDelivery])],
  controllers: [EndpointsController, EventDeliveriesController],
  providers: [
    EndpointsRepository,
    EndpointSecrets,
    EndpointsService,
    EventDeliveriesRepository,
    EventDeliveriesService,
    OutgoingClaims,
    OutgoingClient,
    OutgoingRecord,
    OutgoingSender,
    OutgoingDispatcher,
  ],
})
export class OutgoingEventsModule {}
