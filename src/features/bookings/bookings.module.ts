import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { AppointmentEntity, AppointmentUidEntity } from './appointment.entity';
import { AppointmentsRepository } from './appointments.repository';
import { BookingChanges } from './booking-changes';
import { BookingEventsService } from './booking-events.service';
import { BookingIntake } from './booking-intake';
import { BookingReader } from './booking-reader';
import { BookingWriter } from './booking-writer';
import { BookingsController } from './bookings.controller';
import { BookingsService } from './bookings.service';
import { ForeignBookings } from './foreign-bookings';
import { IdempotencyRepository } from './idempotency.repository';
import { IdempotencyService } from './idempotency.service';
import { ProviderTruth } from './provider-truth';

/** Appointments and everything that writes them. */
@Module({
  imports: [CompaniesModule, EventTypesModule, TypeOrmModule.forFeature([AppointmentEntity, AppointmentUidEntity])],
  controllers: [BookingsController],
  providers: [
    AppointmentsRepository,
    BookingChanges,
    BookingEventsService,
    BookingIntake,
    BookingReader,
    BookingWriter,
    BookingsService,
    ForeignBookings,
    IdempotencyRepository,
    IdempotencyService,
    ProviderTruth,
  ],
  exports: [BookingsService, BookingEventsService],
})
export class BookingsModule {}
