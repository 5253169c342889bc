import { DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import type { DestinationStream } from 'pino';
import { AvailabilityModule } from './features/availability/availability.module';
import { BookingsModule } from './features/bookings/bookings.module';
import { AccessGuard } from './features/companies/access.guard';
import { CompaniesModule } from './features/companies/companies.module';
import { CompositeBookingsModule } from './features/composite-bookings/composite-bookings.module';
import { ConnectionStoreModule } from './features/companies/connection-store.module';
import { CompatibilityModule } from './features/compatibility/compatibility.module';
import { EventTypesModule } from './features/event-types/event-types.module';
import { readinessFindings } from './features/event-types/readiness-reasons';
import { OperationsModule } from './features/operations/operations.module';
import { translateSchedulingError } from './features/operations/scheduling-error.translation';
import { ServicesModule } from './features/services/services.module';
import { TypeFindingsModule } from './features/services/type-findings.module';
import { SynchronisationModule } from './features/synchronisation/synchronisation.module';
import { WebhooksModule } from './features/webhooks/webhooks.module';
import type { AppConfig } from './foundation/config/app-config';
import { FoundationModule } from './foundation/foundation.module';
import { AnyExceptionFilter, ERROR_TRANSLATIONS } from './foundation/http/exception.filter';
import { IdempotentPosts } from './foundation/idempotency/idempotent-posts.interceptor';
import { ProvidersModule } from './providers/providers.module';

/** The only file that knows every room. */
@Module({})
export class AppModule {
  static forRoot(config: AppConfig, logDestination?: DestinationStream): DynamicModule {
    return {
      module: AppModule,
      imports: [
        FoundationModule.forRoot(config, logDestination),
        ProvidersModule.forRoot(ConnectionStoreModule),
        CompaniesModule,
        EventTypesModule,
        TypeFindingsModule.forRoot(readinessFindings),
        ServicesModule,
        AvailabilityModule,
        BookingsModule,
        CompositeBookingsModule,
        WebhooksModule,
        SynchronisationModule,
        CompatibilityModule,
        OperationsModule,
      ],
      providers: [
        { provide: ERROR_TRANSLATIONS, useValue: [translateSchedulingError] },
        { provide: APP_FILTER, useClass: AnyExceptionFilter },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_INTERCEPTOR, useClass: IdempotentPosts },
      ],
    };
  }
}
