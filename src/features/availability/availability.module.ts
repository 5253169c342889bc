import { type FactoryProvider, Module } from '@nestjs/common';
import { Clock } from '../../foundation/time/clock';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { ServicesModule } from '../services/services.module';
import { AvailabilityNews } from './store/availability-news.service';
import { RepeatedQuestions } from './ready/availability-replies';
import { AvailabilityController } from './availability.controller';
import { AvailabilityService } from './availability.service';
import { BudgetUse } from './store/budget-use.service';
import { ChangeFeed } from './store/change-feed.service';
import { ChangeLogRepository } from './store/change-log.repository';
import { CompositeAvailabilityController } from './composite/composite-availability.controller';
import { CompositeAvailability } from './composite/composite-availability.service';
import { ExplainModule } from './explain/explain.module';
import { FreeStarts } from './free-starts.service';
import { HostTimes } from './claims/host-times.service';
import { LogSamples } from './ready/log-samples';
import { NewsListener } from './store/news-listener.service';
import { OwnNews } from './store/own-news.service';
import { ProviderSlots } from './store/provider-slots';
import { ReadMeter } from './store/read-meter.service';
import { ReadyAnswers } from './ready/ready-answers.service';
import { ReadyReplies } from './ready/ready-replies.service';
import { SlotReads } from './store/slot-reads.service';
import { SlotStore } from './store/slot-store';
import { SoldTypes } from './store/sold-types.service';
import { TimeClaimsRepository } from './claims/time-claims.repository';
import { VisitOffers } from './composite/visit-offers.service';

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
