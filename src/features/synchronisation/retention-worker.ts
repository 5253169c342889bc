import { Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { JobQueue } from '../../foundation/jobs/job-queue.service';
import { BookingRetention } from '../bookings/booking-retention.service';
import { WebhookRetention } from '../webhooks/webhook-retention.service';

const QUEUE = 'retention';
/** Every day, away from the full hour and from most people's day. UTC. */
const DAILY = '17 3 * * *';

/** Rows of processes that were killed: a day is long beside their lifetime of seconds. */
const DEAD_REPLICAS = `delete from replicas where heartbeat_until < clock_timestamp() - interval '1 day'`;

/** Once a day, in one replica, what is only kept for a while is deleted. */
@Injectable()
export class RetentionWorker implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: JobQueue,
    private readonly bookings: BookingRetention,
    private readonly webhooks: WebhookRetention,
    private readonly database: DataSource,
    private readonly logger: PinoLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.workOnSchedule(QUEUE, DAILY, { retries: 3, handle: () => this.deleteOld() });
  }

  private async deleteOld(): Promise<void> {
    const deleted = await this.bookings.deleteOld();
    await this.database.query(DEAD_REPLICAS);
    const webhookBodies = await this.webhooks.emptyOldBodies();
    this.logger.info({ ...deleted, webhookBodies }, 'old rows deleted');
  }
}
