import { Module } from '@nestjs/common';
import { ExplainModule } from '../availability/explain/explain.module';
import { AvailabilityModule } from '../availability/availability.module';
import { BookingsModule } from '../bookings/bookings.module';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { ServicesModule } from '../services/services.module';
import { CompositeBookingReadsController } from './reading/composite-booking-reads.controller';
import { CompositeBookingsController } from './composite-bookings.controller';
import { CompositeBookingsService } from './composite-bookings.service';
import { MoveBeginning } from './changing/move-beginning';
import { VisitAlternatives } from './booking/visit-alternatives';
import { VisitAnswers } from './visit-answers';
import { VisitAttention } from './watching/visit-attention';
import { VisitBeginning } from './booking/visit-beginning';
import { VisitBooking } from './booking/visit-booking';
import { VisitCancel } from './changing/visit-cancel';
import { VisitCancelPurpose } from './changing/visit-cancel-purpose';
import { VisitChanges } from './changing/visit-changes';
import { VisitClaims } from './booking/visit-claims';
import { VisitDecisions } from './watching/visit-decisions';
import { VisitIntake } from './booking/visit-intake';
import { VisitMove } from './changing/visit-move';
import { VisitMovePurpose } from './changing/visit-move-purpose';
import { VisitOutcomes } from './visit-outcomes';
import { VisitPurpose } from './booking/visit-purpose';
import { VisitReader } from './reading/visit-reader';
import { VisitRecords } from './visit-records';
import { VisitReservations } from './booking/visit-reservations';
import { VisitSagas } from './visit-sagas';
import { VisitTimeline } from './reading/visit-timeline';
import { VisitWatch } from './watching/visit-watch';
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
