import { HttpModule } from '@nestjs/axios';
import { DynamicModule, Module, Type } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { PinoLogger } from 'nestjs-pino';
import type { AppConfig } from '../foundation/config/app-config';
import { ProviderDirectory } from '../scheduling/provider-directory';
import { CalcomV2Client } from './calcom-v2/client';
import { CalcomTransport } from './calcom-v2/transport';
import { keepAliveAgents } from './calcom-v2/http-agents';
import { KnownProvidersDirectory } from './provider-directory.service';

/** The providers' room. Configuration, logger and metrics are global; credentials come from the module that is given. */
@Module({})
export class ProvidersModule {
  /** @param connectionStoreModule exports an implementation of `ConnectionStore`. */
  static forRoot(connectionStoreModule: Type | DynamicModule): DynamicModule {
    return {
      module: ProvidersModule,
      global: true,
      imports: [
        HttpModule.registerAsync({ inject: [ConfigService, PinoLogger], useFactory: agents }),
        connectionStoreModule,
      ],
      providers: [CalcomTransport, CalcomV2Client, { provide: ProviderDirectory, useClass: KnownProvidersDirectory }],
      exports: [ProviderDirectory],
    };
  }
}

function agents(config: ConfigService<AppConfig, true>, logger: PinoLogger) {
  if (config.get('allowPrivateProviderHosts', { infer: true })) return keepAliveAgents();
  return keepAliveAgents({
    onRefused: (host) =>
      logger.error({ alert: 'PROVIDER_ADDRESS_REFUSED', host }, 'the address of a provider is not public'),
  });
}
