import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { PinoLogger } from 'nestjs-pino';
import { Client } from 'pg';
import type { AppConfig } from '../../../foundation/config/app-config';
import { NewsListener } from './news-listener.service';
import { CHANNEL } from './tell.sql';

const BEAT_MS = 1_000;
/** A connection that does not answer for so long is taken for lost. */
const SILENT_MS = 3_000;
/** How often claims are compared with the database's, and old news thrown away. */
const COMPARE_EVERY_BEATS = 15;
const SWEEP_EVERY_BEATS = 300;
const AGAIN_MS = 200;
/** News are kept for an hour. */
const CATCH_UP_MAX_MS = 50 * 60_000;

/**
 * Hears what this and every other replica has committed. While it cannot, the store's answers are doubtful; when it can
 * again, what was missed is made good first.
 */
@Injectable()
export class ChangeFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly url: string;
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosing = false;
  private beats = 0;
  /** Of the last two beats: everything committed before the older one has been heard. */
  private horizons: { text: string; atMs: number }[] = [];
  private work: Promise<void> = Promise.resolve();

  constructor(
    config: ConfigService<AppConfig, true>,
    private readonly listener: NewsListener,
    private readonly logger: PinoLogger,
  ) {
    this.url = config.get('databaseUrl', { infer: true });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.connect();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.timer);
    await this.work;
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.url,
      connectionTimeoutMillis: SILENT_MS,
      query_timeout: SILENT_MS,
      application_name: 'slotbridge availability feed',
    });
    this.client = client;
    const lost = (error?: unknown): void => this.lost(client, error);
    client.on('error', lost);
    client.on('end', () => lost());
    client.on('notification', ({ payload = '' }) => void this.listener.heard(payload).catch(lost));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      const [known] = this.horizons;
      await this.listener.catchUp(known && performance.now() - known.atMs < CATCH_UP_MAX_MS ? known.text : undefined);
      await this.beat(client);
    } catch (error) {
      lost(error);
    }
  }

  private lost(client: Client, error?: unknown): void {
    if (client !== this.client) return;
    this.client = undefined;
    clearTimeout(this.timer);
    this.listener.deaf();
    client.end().catch(() => undefined);
    if (this.isClosing) return;
    this.logger.warn({ err: error }, 'changes of availability are not heard');
    this.timer = setTimeout(() => {
      this.work = this.connect();
    }, AGAIN_MS);
  }

  private async beat(client: Client): Promise<void> {
    const { rows } = await client.query<{ horizon: string }>(
      'select pg_snapshot_xmin(pg_current_snapshot())::text as horizon',
    );
    // The newest may be ahead of a notification that is still on its way.
    this.horizons = [...this.horizons.slice(-1), { text: rows[0]!.horizon, atMs: performance.now() }];
    this.beats += 1;
    if (this.beats % COMPARE_EVERY_BEATS === 0) await this.listener.compareClaims();
    if (this.beats % SWEEP_EVERY_BEATS === 1) await this.listener.forgetOld();
    if (client !== this.client || this.isClosing) return;
    this.timer = setTimeout(() => {
      this.work = this.beat(client).catch((error: unknown) => this.lost(client, error));
    }, BEAT_MS);
  }
}
