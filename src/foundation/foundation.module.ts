import { DynamicModule, Global, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import type { DestinationStream } from 'pino';
import type { AppConfig } from './config/app-config';
import { SecretBox } from './crypto/secret-box';
import { databaseModule } from './database/database.module';
import { Quotas } from './http/quotas';
import { IdempotencyKeys } from './idempotency/idempotency-keys.service';
import { IdempotencyRepository } from './idempotency/idempotency.repository';
import { JobQueue } from './jobs/job-queue.service';
import { loggingModule } from './logging/logging.module';
import { Metrics } from './metrics/metrics.service';
import { Outbox } from './outbox/outbox';
import { Pacer } from './pacing/pacer';
import { pacing } from './pacing/pacing.providers';
import { Replica } from './replicas/replica.service';
import { Clock, SystemClock } from './time/clock';

/** Machinery that every room may use; it knows nothing of scheduling. */
@Global()
@Module({})
export class FoundationModule {
  static forRoot(config: AppConfig, logDestination?: DestinationStream): DynamicModule {
    return {
      module: FoundationModule,
      imports: [
        // The environment is read and checked in one place before anything starts; here it is only handed on.
        ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, skipProcessEnv: true, load: [() => config] }),
        loggingModule(config, logDestination),
        databaseModule(config),
      ],
      providers: [
        { provide: Clock, useClass: SystemClock },
        Metrics,
        SecretBox,
        JobQueue,
        Quotas,
        Replica,
        Outbox,
        IdempotencyRepository,
        IdempotencyKeys,
        ...pacing,
      ],
      exports: [
        Clock,
        Metrics,
        SecretBox,
        JobQueue,
        Quotas,
        Replica,
        Outbox,
        IdempotencyRepository,
        IdempotencyKeys,
        Pacer,
      ],
    };
  }
}
