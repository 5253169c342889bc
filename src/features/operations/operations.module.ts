import { Module } from '@nestjs/common';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { OwnConnectionHealth } from './calcom-health.connection';
import { CalcomHealthController } from './calcom-health.controller';
import { CalcomHealthService } from './calcom-health.service';
import { PaceOfConnection } from './pace-of-connection.service';
import { ProcessController } from './process.controller';
import { ReachabilityService } from './reachability.service';
import { Readiness } from './readiness.service';

/** What machines and people ask to know how the service is. */
@Module({
  imports: [CompaniesModule, EventTypesModule],
  controllers: [ProcessController, CalcomHealthController],
  providers: [Readiness, CalcomHealthService, OwnConnectionHealth, ReachabilityService, PaceOfConnection],
})
export class OperationsModule {}
