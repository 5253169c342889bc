import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypeChanges } from './event-type-changes.service';
import { EventTypeReadinessController } from './event-type-readiness.controller';
import { EventTypeReadiness } from './event-type-readiness.service';
import { EventTypeSyncRepository } from './event-type-sync.repository';
import { EventTypeSync } from './event-type-sync.service';
import { EventTypeRow } from './event-type.entity';
import { EventTypesController } from './event-types.controller';
import { EventTypesRepository } from './event-types.repository';
import { EventTypesService } from './event-types.service';
import { ProviderCalls } from './provider-calls.service';

/** The mirror of the event types at the provider, and the routes that change them there. */
@Module({
  imports: [CompaniesModule, TypeOrmModule.forFeature([EventTypeRow])],
  controllers: [EventTypesController, EventTypeReadinessController],
  providers: [
    EventTypesService,
    EventTypeChanges,
    EventTypeSync,
    EventTypeReadiness,
    EventTypesRepository,
    EventTypeSyncRepository,
    ProviderCalls,
  ],
  exports: [EventTypesService, ProviderCalls],
})
export class EventTypesModule {}
