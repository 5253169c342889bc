import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Counter, Gauge } from 'prom-client';
import { leaveOutOfLog } from '../../../foundation/logging/sampled-log';
import { Metrics } from '../../../foundation/metrics/metrics.service';
import { LogSamples } from '../ready/log-samples';
import { type ReadOutcome, SlotStore } from './slot-store';

/** Counts every read of free times, so that not each of them has to be written down. */
@Injectable()
export class ReadMeter {
  private readonly reads: Counter<'outcome'>;

  constructor(
    metrics: Metrics,
    store: SlotStore,
    private readonly samples: LogSamples,
  ) {
    this.reads = new Counter({
      name: 'slotbridge_availability_reads_total',
      help: 'Reads of free times, by where the answer came from: warm and stale from memory, cold and provider after a call',
      labelNames: ['outcome'] as const,
      registers: [metrics.registry],
    });
    registerSizes(metrics, store);
  }

  count(outcome: ReadOutcome): void {
    this.reads.inc({ outcome });
  }

  /** To be said of a reply that is sent: a sample of those from memory is written down, and all that took a call. */
  sample({ raw }: FastifyReply, outcome: ReadOutcome): void {
    if (outcome === 'cold' || outcome === 'provider') return;
    if (!this.samples.next(raw)) leaveOutOfLog(raw);
  }
}

function registerSizes({ registry }: Metrics, { shelf }: SlotStore): void {
  new Gauge({
    name: 'slotbridge_availability_stored_types',
    help: 'Event types whose free times are in memory',
    registers: [registry],
    collect() {
      this.set(shelf.size.types);
    },
  });
  new Gauge({
    name: 'slotbridge_availability_stored_bytes',
    help: 'Memory that they take, roughly',
    registers: [registry],
    collect() {
      this.set(shelf.size.bytes);
    },
  });
}
