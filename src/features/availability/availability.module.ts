import { Module } from '@nestjs/common';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { AvailabilityController } from './availability.controller';
import { AvailabilityService } from './availability.service';

@Module({
  imports: [CompaniesModule, EventTypesModule],
  controllers: [AvailabilityController],
  providers: [AvailabilityService],
  exports: [AvailabilityService],
})
export class AvailabilityModule {}
