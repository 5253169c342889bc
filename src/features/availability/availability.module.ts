import { Module } from '@nestjs/common';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { AvailabilityController } from './availability.controller';
import { AvailabilityService } from './availability.service';
import { HostTimes } from './host-times.service';
import { ProviderSlots } from './provider-slots';
import { TimeClaimsRepository } from './time-claims.repository';

@Module({
  imports: [CompaniesModule, EventTypesModule],
  controllers: [AvailabilityController],
  providers: [AvailabilityService, HostTimes, ProviderSlots, TimeClaimsRepository],
  exports: [AvailabilityService, HostTimes],
})
export class AvailabilityModule {}
