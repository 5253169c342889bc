import { Module } from '@nestjs/common';
import { BookingsModule } from '../bookings/bookings.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { BookingSweepsRepository } from './booking-sweeps.repository';
import { BookingsSweep } from './bookings-sweep';
import { RetentionWorker } from './retention-worker';
import { SyncStatesRepository } from './sync-states.repository';
import { SyncTurns } from './sync-turns';
import { SynchronisationWorker } from './synchronisation-worker';
import { SynchronisationService } from './synchronisation.service';

/** Reconciliation with the providers, and what is deleted after a while. */
@Module({
  imports: [EventTypesModule, BookingsModule, WebhooksModule],
  providers: [
    BookingSweepsRepository,
    BookingsSweep,
    RetentionWorker,
    SyncStatesRepository,
    SyncTurns,
    SynchronisationWorker,
    SynchronisationService,
  ],
  exports: [SynchronisationService],
})
export class SynchronisationModule {}
