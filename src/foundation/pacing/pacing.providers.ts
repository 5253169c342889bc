import type { FactoryProvider, Provider } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.service';
import { PaceMetrics } from './pace-metrics';
import { PaceStore } from './pace-store';
import { Pacer } from './pacer';
import { PostgresPaceStore } from './postgres-pace-store';

/** Needs some {@link PaceStore}. */
export const pacer: FactoryProvider<Pacer> = {
  provide: Pacer,
  inject: [PaceStore, Metrics],
  useFactory: (store: PaceStore, metrics: Metrics) => new Pacer(store, new PaceMetrics(metrics.registry)),
};

/** One pacer a process, one pace for all processes on the database. */
export const pacing: Provider[] = [{ provide: PaceStore, useClass: PostgresPaceStore }, pacer];
