import { type FactoryProvider, Module } from '@nestjs/common';
import { Clock } from '../../foundation/time/clock';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { ServicesModule } from '../services/services.module';
import { AvailabilityNews } from './availability-news.service';
import { RepeatedQuestions } from './availability-replies';
import { AvailabilityController } from './availability.controller';
import { AvailabilityService } from './availability.service';
import { BudgetUse } from './budget-use.service';
import { ChangeFeed } from './change-feed.service';
import { ChangeLogRepository } from './change-log.repository';
import { CompositeAvailabilityController } from './composite-availability.controller';
import { CompositeAvailability } from './composite-availability.service';
import { ExplainModule } from './explain.module';
import { FreeStarts } from './free-starts.service';
import { HostTimes } from './host-times.service';
import { LogSamples } from './log-samples';
import { NewsListener } from './news-listener.service';
import { OwnNews } from './own-news.service';
import { ProviderSlots } from './provider-slots';
import { ReadMeter } from './read-meter.service';
import { ReadyAnswers } from './ready-answers.service';
import { ReadyReplies } from './ready-replies.service';
import { SlotReads } from './slot-reads.service';
import { SlotStore } from './slot-store';
import { SoldTypes } from './sold-types.service';
import { TimeClaimsRepository } from './time-claims.repository';
import { VisitOffers } from './visit-offers.service';

const slotStore: FactoryProvider<SlotStore> = {
  provide: SlotStore,
  inject: [Clock, ProviderSlots, BudgetUse],
  useFactory: (clock: Clock, provider: ProviderSlots, budgets: BudgetUse) =>
    new SlotStore({
      now: () => clock.now(),
      usedShare: (connectionId) => budgets.share(connectionId),
      fetch: (type, fromMs, toMs, context) => provider.startsFor(type, fromMs, toMs, context),
    }),
};

@Module({
  imports: [CompaniesModule, EventTypesModule, ServicesModule, ExplainModule],
  controllers: [AvailabilityController, CompositeAvailabilityController],
  providers: [
    AvailabilityNews,
    AvailabilityService,
    BudgetUse,
    ChangeFeed,
    ChangeLogRepository,
    CompositeAvailability,
    FreeStarts,
    HostTimes,
    LogSamples,
    NewsListener,
    OwnNews,
    ProviderSlots,
    ReadMeter,
    ReadyAnswers,
    ReadyReplies,
    RepeatedQuestions,
    SlotReads,
    slotStore,
    SoldTypes,
    TimeClaimsRepository,
    VisitOffers,
  ],
  exports: [AvailabilityNews, AvailabilityService, CompositeAvailability, HostTimes, VisitOffers, ReadyReplies],
})
export class AvailabilityModule {}
