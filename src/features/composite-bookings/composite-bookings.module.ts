import { Module } from '@nestjs/common';
import { AvailabilityModule } from '../availability/availability.module';
import { BookingsModule } from '../bookings/bookings.module';
import { CompaniesModule } from '../companies/companies.module';
import { ServicesModule } from '../services/services.module';
import { CompositeBookingsController } from './composite-bookings.controller';
import { CompositeBookingsService } from './composite-bookings.service';
import { MoveBeginning } from './move-beginning';
import { VisitAlternatives } from './visit-alternatives';
import { VisitAnswers } from './visit-answers';
import { VisitBeginning } from './visit-beginning';
import { VisitBooking } from './visit-booking';
import { VisitCancel } from './visit-cancel';
import { VisitCancelPurpose } from './visit-cancel-purpose';
import { VisitChanges } from './visit-changes';
import { VisitClaims } from './visit-claims';
import { VisitIntake } from './visit-intake';
import { VisitMove } from './visit-move';
import { VisitMovePurpose } from './visit-move-purpose';
import { VisitOutcomes } from './visit-outcomes';
import { VisitPurpose } from './visit-purpose';
import { VisitReader } from './visit-reader';
import { VisitRecords } from './visit-records';
import { VisitSagas } from './visit-sagas';
import { VisitTimeline } from './visit-timeline';
import { VisitWatch } from './visit-watch';
import { VisitsRepository } from './visits.repository';

/** Visits of several segments, booked, moved and cancelled as one thing. */
@Module({
  imports: [CompaniesModule, ServicesModule, AvailabilityModule, BookingsModule],
  controllers: [CompositeBookingsController],
  providers: [
    CompositeBookingsService,
    MoveBeginning,
    VisitAlternatives,
    VisitAnswers,
    VisitBeginning,
    VisitBooking,
    VisitCancel,
    VisitCancelPurpose,
    VisitChanges,
    VisitClaims,
    VisitIntake,
    VisitMove,
    VisitMovePurpose,
    VisitOutcomes,
    VisitPurpose,
    VisitReader,
    VisitRecords,
    VisitSagas,
    VisitTimeline,
    VisitWatch,
    VisitsRepository,
  ],
})
export class CompositeBookingsModule {}
