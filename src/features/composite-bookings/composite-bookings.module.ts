import { Module } from '@nestjs/common';
import { ExplainModule } from '../availability/explain.module';
import { AvailabilityModule } from '../availability/availability.module';
import { BookingsModule } from '../bookings/bookings.module';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { ServicesModule } from '../services/services.module';
import { CompositeBookingReadsController } from './composite-booking-reads.controller';
import { CompositeBookingsController } from './composite-bookings.controller';
import { CompositeBookingsService } from './composite-bookings.service';
import { MoveBeginning } from './move-beginning';
import { VisitAlternatives } from './visit-alternatives';
import { VisitAnswers } from './visit-answers';
import { VisitAttention } from './visit-attention';
import { VisitBeginning } from './visit-beginning';
import { VisitBooking } from './visit-booking';
import { VisitCancel } from './visit-cancel';
import { VisitCancelPurpose } from './visit-cancel-purpose';
import { VisitChanges } from './visit-changes';
import { VisitClaims } from './visit-claims';
import { VisitDecisions } from './visit-decisions';
import { VisitIntake } from './visit-intake';
import { VisitMove } from './visit-move';
import { VisitMovePurpose } from './visit-move-purpose';
import { VisitOutcomes } from './visit-outcomes';
import { VisitPurpose } from './visit-purpose';
import { VisitReader } from './visit-reader';
import { VisitRecords } from './visit-records';
import { VisitReservations } from './visit-reservations';
import { VisitSagas } from './visit-sagas';
import { VisitTimeline } from './visit-timeline';
import { VisitWatch } from './visit-watch';
import { VisitsRepository } from './visits.repository';

/** Visits of several segments, booked, moved and cancelled as one thing. */
@Module({
  imports: [CompaniesModule, EventTypesModule, ServicesModule, AvailabilityModule, ExplainModule, BookingsModule],
  controllers: [CompositeBookingReadsController, CompositeBookingsController],
  providers: [
    CompositeBookingsService,
    MoveBeginning,
    VisitAlternatives,
    VisitAnswers,
    VisitAttention,
    VisitBeginning,
    VisitBooking,
    VisitCancel,
    VisitCancelPurpose,
    VisitChanges,
    VisitClaims,
    VisitDecisions,
    VisitIntake,
    VisitMove,
    VisitMovePurpose,
    VisitOutcomes,
    VisitPurpose,
    VisitReader,
    VisitRecords,
    VisitReservations,
    VisitSagas,
    VisitTimeline,
    VisitWatch,
    VisitsRepository,
  ],
})
export class CompositeBookingsModule {}
