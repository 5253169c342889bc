import { Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { SecretUnreadableError } from '../../foundation/crypto/secret-box';
import { ApiError } from '../../foundation/errors/api-error';
import { failpoint } from '../../foundation/failpoints/failpoints';
import { JobQueue } from '../../foundation/jobs/job-queue.service';
import { SchedulingError } from '../../scheduling/scheduling-error';
import { WebhookApplier } from './webhook-applier.service';
import { type BegunDelivery, WebhookAttempts } from './webhook-attempts.repository';
import { WEBHOOK_QUEUE, type WebhookJob } from './webhook-job';

/** Pauses of 1, 2, 4 ... 2048 s: a provider may be away for an hour before a delivery is given up. */
const RETRIES = 12;
/** A provider that answers nothing holds up a job for a minute; then others go on beside it. */
const AT_ONCE = 8;

/** Works through the inbox in the background; what cannot be applied in the end is marked failed, never dropped. */
@Injectable()
export class WebhookWorker implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: JobQueue,
    private readonly attempts: WebhookAttempts,
    private readonly applier: WebhookApplier,
    private readonly logger: PinoLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.work(WEBHOOK_QUEUE, {
      retries: RETRIES,
      atOnce: AT_ONCE,
      handle: (data) => this.handle(data as WebhookJob),
    });
  }

  private async handle({ companyId, deliveryId }: WebhookJob): Promise<void> {
    const delivery = await this.attempts.begin(companyId, deliveryId);
    if (!delivery) return;
    failpoint('webhook begun');
    if (delivery.tries > RETRIES + 1) return this.giveUp(delivery, 'CUT_OFF');
    try {
      const result = await this.applier.apply(delivery);
      failpoint('webhook applied');
      await this.attempts.finish(delivery, result);
      failpoint('webhook finished');
    } catch (error) {
      await this.noteFailure(delivery, error);
      // The queue keeps what is thrown at it, and a provider's message may quote an attendee: the code alone goes there.
      throw new Error(`webhook delivery not applied: ${codeOf(error)}`);
    }
  }

  private async noteFailure(delivery: BegunDelivery, error: unknown): Promise<void> {
    const { companyId, id: deliveryId, attempts, tries } = delivery;
    const lastError = codeOf(error);
    const final = error instanceof SecretUnreadableError || tries > RETRIES;
    this.logger.warn({ deliveryId, companyId, code: lastError, attempts, final }, 'webhook delivery not applied');
    if (!final) return this.attempts.failed(delivery, lastError);
    await this.giveUp(delivery, lastError);
  }

  /** `CUT_OFF`: no attempt of this round lived long enough to say why it failed. */
  private async giveUp(delivery: BegunDelivery, lastError: string): Promise<void> {
    await this.attempts.finish(delivery, { status: 'failed', effect: null, appointmentId: null, lastError });
  }
}

/** A word of a closed set; database errors give their SQLSTATE. */
function codeOf(error: unknown): string {
  if (error instanceof SchedulingError || error instanceof ApiError) return error.code;
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name;
}
