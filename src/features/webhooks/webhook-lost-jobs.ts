import { Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { JobQueue } from '../../foundation/jobs/job-queue.service';
import { WebhookAttempts } from './webhook-attempts.repository';
import { WEBHOOK_QUEUE } from './webhook-job';

const HOURLY = '23 * * * *';

/**
 * Finds deliveries that wait for a job that is gone: the queue counts an attempt that was cut off with its process as a
 * failed one, so after enough of them its job is a dead letter, and nobody has written down that the delivery failed.
 */
@Injectable()
export class WebhookLostJobs implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: JobQueue,
    private readonly attempts: WebhookAttempts,
    private readonly logger: PinoLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.workOnSchedule('webhook-lost-jobs', HOURLY, { retries: 0, handle: () => this.sendAgain() });
  }

  /** Gives each of them a job. Should the first one still exist, the second finds its work done. */
  async sendAgain(): Promise<void> {
    for (const job of await this.attempts.withoutJob()) {
      this.logger.warn(job, 'webhook delivery without a job');
      await this.attempts.transaction((manager) => this.jobs.sendWithin(manager, WEBHOOK_QUEUE, job));
    }
  }
}
