import { Injectable, OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Gauge } from 'prom-client';
import { type Cursor, type Page, pageOf } from '../../foundation/http/cursor';
import { Metrics } from '../../foundation/metrics/metrics.service';
import { Clock } from '../../foundation/time/clock';
import { BookingAttention, type WaitingItem } from '../bookings/booking-attention.service';
import { ATTENTION_KIND_NAMES, type AttentionKind } from './attention-kinds';
import { AttentionRepository } from './attention.repository';

/** Several scrapers within this time cost one query. */
const COUNTED_MS = 10_000;

export type AttentionItem = WaitingItem<AttentionKind>;

export interface AttentionFilter {
  kind?: AttentionKind;
  companyId?: string;
}

/** Everything that the service cannot settle by itself, over all companies. */
@Injectable()
export class Attention implements OnModuleInit {
  private countedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly bookings: BookingAttention,
    private readonly others: AttentionRepository,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly logger: PinoLogger,
  ) {}

  onModuleInit(): void {
    const count = (gauge: Gauge<'kind'>) => this.count(gauge);
    new Gauge({
      name: 'slotbridge_attention_items',
      help: 'What waits for a person, by kind; see GET /api/attention',
      labelNames: ['kind'] as const,
      registers: [this.metrics.registry],
      async collect() {
        await count(this);
      },
    });
  }

  /** Those that have waited longest first. */
  async list(filter: AttentionFilter, limit: number, after?: Cursor): Promise<Page<AttentionItem>> {
    const query = { ...filter, limit: limit + 1, ...(after ? { after } : {}) };
    const found: AttentionItem[] = [...(await this.bookings.waiting(query)), ...(await this.others.waiting(query))];
    const items = found.sort((a, b) => a.since.getTime() - b.since.getTime() || (a.id < b.id ? -1 : 1));
    return pageOf(
      items,
      limit,
      (item) => ({ at: item.since.toISOString(), id: item.id }),
      (item) => item,
    );
  }

  /** Keeps the last numbers while the database is away: a scrape must not fail for that. */
  private async count(gauge: Gauge<'kind'>): Promise<void> {
    if (this.clock.now() - this.countedAtMs < COUNTED_MS) return;
    this.countedAtMs = this.clock.now();
    try {
      const counts = new Map<string, number>([...(await this.bookings.counts()), ...(await this.others.counts())]);
      for (const kind of ATTENTION_KIND_NAMES) gauge.set({ kind }, counts.get(kind) ?? 0);
    } catch (error) {
      this.logger.warn({ err: error }, 'what waits for a person was not counted');
    }
  }
}
