import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { AppConfig } from '../config/app-config';

/** One pool a process; 10 connections serve a thousand short transactions a second. */
const POOL_SIZE = 10;

/** The service's database. Entities register themselves through each feature's module; the schema is the migrations'. */
export function databaseModule(config: Pick<AppConfig, 'databaseUrl'>): DynamicModule {
  return TypeOrmModule.forRoot({
    type: 'postgres',
    url: config.databaseUrl,
    autoLoadEntities: true,
    synchronize: false,
    logging: false,
    poolSize: POOL_SIZE,
    retryAttempts: 3,
    retryDelay: 500,
    extra: { statement_timeout: 15_000, idle_in_transaction_session_timeout: 15_000, connectionTimeoutMillis: 5_000 },
  });
}
