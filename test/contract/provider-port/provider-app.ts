import { Global, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import type { CalcomConfig } from '../../../src/foundation/config/app-config';
import { loggingModule } from '../../../src/foundation/logging/logging.module';
import { Metrics } from '../../../src/foundation/metrics/metrics.service';
import { PaceStore } from '../../../src/foundation/pacing/pace-store';
import { Pacer } from '../../../src/foundation/pacing/pacer';
import { pacer } from '../../../src/foundation/pacing/pacing.providers';
import { ProvidersModule } from '../../../src/providers/providers.module';
import { ConnectionCredential, ConnectionStore } from '../../../src/scheduling/connection-store';
import { ProviderDirectory } from '../../../src/scheduling/provider-directory';
import { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { SchedulingError } from '../../../src/scheduling/scheduling-error';
import { PaceStoreInMemory } from '../../fixtures/pacing/pace-store-in-memory';

/** More calls than any spec makes; the pace has specs of its own. */
const UNHURRIED = { calls: 10_000, windowMs: 1_000 };

/** Connections of a test, kept in memory: the providers' room does not care where credentials come from. */
class ConnectionsInMemory extends ConnectionStore {
  readonly known = new Map<string, ConnectionCredential>();

  async credential(connectionId: string): Promise<ConnectionCredential> {
    const found = this.known.get(connectionId);
    if (!found) throw new SchedulingError('AUTHENTICATION_FAILED', 'no such connection');
    return found;
  }

  async webhookSecrets(): Promise<string[]> {
    return [];
  }
}

/** What is stored with a connection beside its credential. */
export type Known = Pick<ConnectionCredential, 'capabilities' | 'settings'>;

export interface ProviderApp {
  directory: ProviderDirectory;
  metrics: Metrics;
  /** Everything logged so far, one line an entry. */
  logs(): Record<string, any>[];
  /** An adapter for an account at this address. */
  provider(baseUrl: string, apiKey: string, known?: Known): SchedulingProvider;
  close(): Promise<void>;
}

/** Outside of requests the first logger of a process writes for all that follow, so they share one destination. */
const lines: string[] = [];

/** The providers' room alone, wired as in the service; permits come from memory unless a store is given. */
export async function startProviders(
  settings: Partial<CalcomConfig> = {},
  paceStore: PaceStore = new PaceStoreInMemory(),
): Promise<ProviderApp> {
  const defaults = { bookingsApiVersion: '2024-08-13', timeoutMs: 15_000, retryAttempts: 2, debug: false };
  const calcom = { ...defaults, pace: UNHURRIED, ...settings };
  const config = { calcom, allowPrivateProviderHosts: true };
  const firstLine = lines.length;
  const store = new ConnectionsInMemory();

  @Module({ providers: [{ provide: ConnectionStore, useValue: store }], exports: [ConnectionStore] })
  class ConnectionsModule {}

  @Global()
  @Module({
    providers: [Metrics, { provide: PaceStore, useValue: paceStore }, pacer],
    exports: [Metrics, Pacer],
  })
  class FoundationModule {}

  const app = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, skipProcessEnv: true, load: [() => config] }),
      loggingModule({ logLevel: 'debug' }, { write: (line: string) => void lines.push(line) }),
      FoundationModule,
      ProvidersModule.forRoot(ConnectionsModule),
    ],
  }).compile();
  const directory = app.get(ProviderDirectory, { strict: false });
  return {
    directory,
    metrics: app.get(Metrics, { strict: false }),
    logs: () => lines.slice(firstLine).map((line) => JSON.parse(line)),
    provider: (baseUrl, apiKey, known) => directory.forCredential({ ...credential(baseUrl, apiKey), ...known }),
    close: () => app.close(),
  };
}

function credential(baseUrl: string, apiKey: string): ConnectionCredential {
  return { connectionId: 'c-1', companyId: 'co-1', provider: 'calcom-v2', baseUrl, apiKey, source: 'own' };
}
