import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { PinoLogger } from 'nestjs-pino';
import { PgBoss } from 'pg-boss';
import type { EntityManager } from 'typeorm';
import type { AppConfig } from '../config/app-config';

export interface QueueOptions {
  /** Tries after the first one, with exponential back-off. */
  retries: number;
  /** Jobs that a process works on at the same time; 1 when absent. Each of them takes up to two jobs a second. */
  atOnce?: number;
  /** Throws to be called again later. May be called again after a crash, so its effect must bear repeating. */
  handle: (data: unknown) => Promise<void>;
}

/**
 * A job whose worker was killed is taken up again after this time. Longer than any handler needs (a provider call ends
 * after at most 60 s); pg-boss's own 15 minutes would let an acknowledged webhook wait that long.
 */
const EXPIRY_SECONDS = 90;
const POLL_SECONDS = 0.5;
/** Nobody waits for what was planned a day ahead. */
const SCHEDULED_POLL_SECONDS = 30;

/** Background work on the same Postgres: a job sent inside a transaction exists exactly when its rows do. */
@Injectable()
export class JobQueue implements BeforeApplicationShutdown {
  private readonly boss: PgBoss;
  private started: Promise<unknown> | undefined;

  constructor(
    config: ConfigService<AppConfig, true>,
    private readonly logger: PinoLogger,
  ) {
    this.boss = new PgBoss({
      connectionString: config.get('databaseUrl', { infer: true }),
      max: 3,
      schema: 'pgboss',
      application_name: 'slotbridge-jobs',
    });
    this.boss.on('error', (error) => this.logger.error({ err: error }, 'job queue'));
  }

  /** Creates the queue and its dead letter, and starts a worker for it. Called once, when the application starts. */
  async work(queue: string, options: QueueOptions): Promise<void> {
    await this.workEvery(POLL_SECONDS, queue, options);
  }

  /**
   * As {@link work}, for a queue that gets one job, without data, at each instant of a cron expression (UTC), however many
   * replicas there are; begun within a minute. What falls into a time when no replica runs is left out.
   */
  async workOnSchedule(queue: string, cron: string, options: QueueOptions): Promise<void> {
    await this.workEvery(SCHEDULED_POLL_SECONDS, queue, options);
    await this.boss.schedule(queue, cron, null, { tz: 'UTC' });
  }

  private async workEvery(seconds: number, queue: string, options: QueueOptions): Promise<void> {
    this.started ??= this.boss.start();
    await this.started;
    const deadLetter = `${queue}.dead`;
    await this.boss.createQueue(deadLetter);
    await this.boss.createQueue(queue, {
      retryLimit: options.retries,
      retryBackoff: true,
      retryDelay: 1,
      expireInSeconds: EXPIRY_SECONDS,
      deadLetter,
    });
    const pace = { pollingIntervalSeconds: seconds, batchSize: 1, localConcurrency: options.atOnce ?? 1 };
    await this.boss.work(queue, pace, async ([job]) => {
      if (job) await options.handle(job.data);
    });
  }

  /** Sends a job as part of the caller's transaction: committed together, or neither. */
  async sendWithin(manager: EntityManager, queue: string, data: object): Promise<void> {
    const { queryRunner } = manager;
    if (!queryRunner) throw new Error('a job must be sent within a transaction');
    const executeSql = async (text: string, values?: unknown[]) => ({
      rows: ((await queryRunner.query(text, values as never, true)) as { records: unknown[] }).records,
    });
    await this.boss.send(queue, data, { db: { executeSql } });
  }

  async beforeApplicationShutdown(): Promise<void> {
    // Lets running handlers finish; what they do not finish is taken up again after the next start.
    if (this.started) await this.boss.stop({ graceful: true, timeout: 5_000 });
  }
}
