import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Replica } from '../../../foundation/replicas/replica.service';
import type { Saga } from './saga';
import { SagaDriver } from './saga-driver';
import { SagasRepository } from './sagas.repository';

/** Together with a replica's lifetime of 2 s this makes a takeover within 3 s. */
const LOOK_MS = 500;
const AT_ONCE = 20;
/** Of shutting down: most bookings take 1.5 to 5 s at Cal.com. */
const PATIENCE_MS = 10_000;

/** Drives the sagas that this process begins, and takes over what others left. */
@Injectable()
export class SagaWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly driving = new Map<Saga, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private isClosing = false;
  /** What this process began itself does not keep it from taking over. */
  private takenOver = 0;

  constructor(
    private readonly sagas: SagasRepository,
    private readonly driver: SagaDriver,
    private readonly replica: Replica,
    private readonly logger: PinoLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.lookLater();
  }

  /** Drives a saga to its end, whoever waits for it. Never throws. */
  drive(saga: Saga): Promise<void> {
    const driving = this.driver.drive(saga, this.logger).finally(() => this.driving.delete(saga));
    this.driving.set(saga, driving);
    return driving;
  }

  /** Lets what is in flight come to an end; the rest is laid down for others to take up at once. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.timer);
    await within(PATIENCE_MS, Promise.all(this.driving.values()));
    for (const saga of this.driving.keys()) await this.sagas.handBack(saga);
  }

  private lookLater(): void {
    this.timer = setTimeout(() => void this.look(), LOOK_MS);
  }

  private async look(): Promise<void> {
    try {
      const free = AT_ONCE - this.takenOver;
      const driven = [...this.driving.keys()].map(({ id }) => id);
      const due = this.replica.isFit && free > 0 ? await this.sagas.claimDue(free, driven) : [];
      this.takenOver += due.length;
      for (const saga of due) void this.drive(saga).finally(() => this.takenOver--);
    } catch (error) {
      this.logger.warn({ err: error }, 'sagas that are due could not be looked for');
    } finally {
      if (!this.isClosing) this.lookLater();
    }
  }
}

function within(ms: number, work: Promise<unknown>): Promise<unknown> {
  const impatient = Promise.withResolvers<void>();
  const timer = setTimeout(impatient.resolve, ms);
  return Promise.race([work, impatient.promise]).finally(() => clearTimeout(timer));
}
