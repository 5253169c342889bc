import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AvailabilityModule } from '../availability/availability.module';
import { ExplainModule } from '../availability/explain/explain.module';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { ServicesModule } from '../services/services.module';
import { AppointmentEntity, AppointmentUidEntity } from './appointment.entity';
import { AppointmentWatch } from './appointment-watch';
import { Attendees } from './attendees.service';
import { AppointmentsRepository } from './appointments.repository';
import { BookedTypes } from './booked-types';
import { BookingAttention } from './booking-attention.service';
import { BookingChanges } from './booking-changes';
import { BookingEventsService } from './booking-events.service';
import { BookingIntake } from './booking-intake';
import { BookingReader } from './booking-reader';
import { Alternatives } from './alternatives';
import { BookingLeases } from './booking-lease';
import { ChangeAftercare } from './change-aftercare';
import { BookingOutcomes } from './booking-outcomes';
import { BookingReconciliation } from './booking-reconciliation.service';
import { BookingRecords } from './booking-records';
import { BookingRetention } from './booking-retention.service';
import { BookingTokens } from './booking-tokens';
import { BookingWriter } from './booking-writer';
import { BookingsController } from './bookings.controller';
import { BookingsService } from './bookings.service';
import { CustomerCopies } from './customers/customer-copies';
import { CustomerErasure } from './customers/customer-erasure';
import { CustomerIdentities } from './customers/customer-identities.repository';
import { CustomerLinks } from './customers/customer-links';
import { CustomersController } from './customers/customers.controller';
import { CustomersRepository } from './customers/customers.repository';
import { CustomersService } from './customers/customers.service';
import { CustomerTraces } from './customers/customer-traces';
import { ErasedIdentities } from './customers/erased-identities';
import { ErasureObstacles } from './customers/erasure-obstacles';
import { ErasureRepository } from './customers/erasure.repository';
import { ForeignBookings } from './foreign-bookings';
import { GroupedAppointments } from './grouped-appointments.service';
import { HoldLeftovers } from './holds/hold-leftovers.repository';
import { HoldLedger } from './holds/hold-ledger';
import { HoldMaking } from './holds/hold-making';
import { HoldPlaces } from './holds/hold-places';
import { HoldRepeats } from './holds/hold-repeats';
import { HoldSweep } from './holds/hold-sweep';
import { HoldTaking } from './holds/hold-taking';
import { HoldsController } from './holds/holds.controller';
import { HoldsRepository } from './holds/holds.repository';
import { HoldsService } from './holds/holds.service';
import { IdempotencyService } from './idempotency.service';
import { BookingBeginning } from './saga/booking-beginning';
import { BookingInputSeal } from './saga/booking-input-seal';
import { BookingSteps } from './saga/booking-steps';
import { BookingPurpose } from './saga/booking-purpose';
import { SagaBackward } from './saga/saga-backward';
import { SagaConfirmation } from './saga/saga-confirmation';
import { SagaDiary } from './saga/saga-diary';
import { SagaDriver } from './saga/saga-driver';
import { SagaEchoes } from './saga/saga-echoes';
import { SagaEnds } from './saga/saga-ends';
import { SagaForward } from './saga/saga-forward';
import { SagaPurposes } from './saga/saga-purposes';
import { SagaRecord } from './saga/saga-record';
import { SagaReopening } from './saga/saga-reopening';
import { SagaWorker } from './saga/saga-worker';
import { Sagas } from './saga/sagas.service';
import { SagasRepository } from './saga/sagas.repository';
import { MoveClaims } from './move-claims';
import { ProviderTruth } from './provider-truth';
import { Refusals } from './refusals';

/** Appointments and everything that writes them. */
@Module({
  imports: [
    CompaniesModule,
    EventTypesModule,
    ServicesModule,
    AvailabilityModule,
    ExplainModule,
    TypeOrmModule.forFeature([AppointmentEntity, AppointmentUidEntity]),
  ],
  controllers: [BookingsController, CustomersController, HoldsController],
  providers: [
    AppointmentWatch,
    AppointmentsRepository,
    Attendees,
    GroupedAppointments,
    SagaDiary,
    SagaReopening,
    Sagas,
    BookedTypes,
    BookingAttention,
    BookingChanges,
    BookingEventsService,
    BookingIntake,
    BookingReader,
    Alternatives,
    BookingBeginning,
    BookingInputSeal,
    BookingLeases,
    BookingOutcomes,
    ChangeAftercare,
    BookingSteps,
    BookingReconciliation,
    BookingRecords,
    BookingRetention,
    BookingTokens,
    BookingWriter,
    HoldLeftovers,
    HoldLedger,
    HoldMaking,
    HoldPlaces,
    HoldRepeats,
    HoldSweep,
    HoldTaking,
    HoldsRepository,
    HoldsService,
    BookingPurpose,
    SagaBackward,
    SagaConfirmation,
    SagaDriver,
    SagaForward,
    SagaPurposes,
    SagaRecord,
    SagaEchoes,
    SagaEnds,
    SagaWorker,
    SagasRepository,
    BookingsService,
    CustomerCopies,
    CustomerErasure,
    CustomerIdentities,
    CustomerLinks,
    CustomersRepository,
    CustomersService,
    CustomerTraces,
    ErasedIdentities,
    ErasureObstacles,
    ErasureRepository,
    ForeignBookings,
    IdempotencyService,
    MoveClaims,
    ProviderTruth,
    Refusals,
  ],
  exports: [
    Attendees,
    BookingsService,
    BookingEventsService,
    BookingAttention,
    BookingReconciliation,
    BookingRetention,
    BookingTokens,
    GroupedAppointments,
    Sagas,
  ],
})
export class BookingsModule {}
