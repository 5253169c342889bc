import { Module } from '@nestjs/common';
import { AvailabilityModule } from '../availability/availability.module';
import { BookingsModule } from '../bookings/bookings.module';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { OlderSlotsController } from './older-slots.controller';
import { OlderSlotsService } from './older-slots.service';

/** The routes of older clients, served by the same parts as the new ones. */
@Module({
  imports: [CompaniesModule, EventTypesModule, AvailabilityModule, BookingsModule],
  controllers: [OlderSlotsController],
  providers: [OlderSlotsService],
})
export class CompatibilityModule {}
