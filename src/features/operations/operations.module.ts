import { Module } from '@nestjs/common';
import { BookingsModule } from '../bookings/bookings.module';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { SynchronisationModule } from '../synchronisation/synchronisation.module';
import { AttentionController } from './attention.controller';
import { AttentionRepository } from './attention.repository';
import { Attention } from './attention.service';
import { OwnConnectionHealth } from './calcom-health.connection';
import { CalcomHealthController } from './calcom-health.controller';
import { CalcomHealthService } from './calcom-health.service';
import { PaceOfConnection } from './pace-of-connection.service';
import { ProcessController } from './process.controller';
import { ReachabilityService } from './reachability.service';
import { Readiness } from './readiness.service';

/** What machines and people ask to know how the service is. */
@Module({
  imports: [BookingsModule, CompaniesModule, EventTypesModule, SynchronisationModule],
  controllers: [AttentionController, ProcessController, CalcomHealthController],
  providers: [
    Attention,
    AttentionRepository,
    Readiness,
    CalcomHealthService,
    OwnConnectionHealth,
    ReachabilityService,
    PaceOfConnection,
  ],
})
export class OperationsModule {}
