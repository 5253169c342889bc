import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { loggingModule } from '../../src/foundation/logging/logging.module';
import { Metrics } from '../../src/foundation/metrics/metrics.service';
import { PaceStore } from '../../src/foundation/pacing/pace-store';
import { Pacer } from '../../src/foundation/pacing/pacer';
import { pacer } from '../../src/foundation/pacing/pacing.providers';
import { ProvidersModule } from '../../src/providers/providers.module';
import { type ConnectionCredential, ConnectionStore } from '../../src/scheduling/connection-store';
import { ProviderDirectory } from '../../src/scheduling/provider-directory';
import type { SchedulingProvider } from '../../src/scheduling/provider-port';

/** Never in the way, and its log is as long as one of Cal.com's 116 calls: a hundred calls in a tenth of a second. */
const WIDE_BUDGET = { calls: 10_000, windowMs: 100 };

export interface Room {
  provider(baseUrl: string, apiKey: string): SchedulingProvider;
  close(): Promise<void>;
}

/** The providers' room as in the service, its log lines written and thrown away. */
export async function openRoom(paceStore: PaceStore): Promise<Room> {
  const calcom = { bookingsApiVersion: '2024-08-13', timeoutMs: 15_000, retryAttempts: 2, debug: false };
  const config = { calcom: { ...calcom, pace: WIDE_BUDGET }, allowPrivateProviderHosts: true };

  @Module({ providers: [{ provide: ConnectionStore, useValue: undefined }], exports: [ConnectionStore] })
  class ConnectionsModule {}

  @Global()
  @Module({
    providers: [Metrics, { provide: PaceStore, useValue: paceStore }, pacer],
    exports: [Metrics, Pacer],
  })
  class FoundationModule {}

  @Module({
    imports: [
      ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, skipProcessEnv: true, load: [() => config] }),
      loggingModule({ logLevel: 'info' }, { write: () => undefined }),
      FoundationModule,
      ProvidersModule.forRoot(ConnectionsModule),
    ],
  })
  class RoomModule {}

  const app = await NestFactory.createApplicationContext(RoomModule, { logger: false });
  const directory = app.get(ProviderDirectory, { strict: false });
  return {
    provider: (baseUrl, apiKey) => directory.forCredential(credential(baseUrl, apiKey)),
    close: () => app.close(),
  };
}

function credential(baseUrl: string, apiKey: string): ConnectionCredential {
  return { connectionId: 'bench', companyId: 'bench', provider: 'calcom-v2', baseUrl, apiKey, source: 'own' };
}
