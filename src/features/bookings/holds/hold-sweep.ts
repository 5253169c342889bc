import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Replica } from '../../../foundation/replicas/replica.service';
import { sendAtOnce } from '../../../scheduling/prepared-write';
import { ProviderCalls } from '../../event-types/provider-calls.service';
import type { Leftover } from './hold';
import { HoldLeftovers } from './hold-leftovers.repository';

const LOOK_MS = 1_000;
const AT_ONCE = 5;
/** Looks between two clearings: one a minute. */
const CLEARING_EVERY = 60;
/** Longer than any call; nobody waits for this one. */
const PATIENCE_MS = 60_000;

/** Ends what holds leave behind: reservations at the provider, then the rows. */
@Injectable()
export class HoldSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private looks = 0;
  private isClosing = false;

  constructor(
    private readonly leftovers: HoldLeftovers,
    private readonly calls: ProviderCalls,
    private readonly replica: Replica,
    private readonly logger: PinoLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.lookLater();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private lookLater(): void {
    if (this.isClosing) return;
    this.timer = setTimeout(() => {
      this.looking = this.look().finally(() => this.lookLater());
    }, LOOK_MS);
  }

  /** Never throws. */
  private async look(): Promise<void> {
    if (!this.replica.isFit) return;
    try {
      if (this.looks++ % CLEARING_EVERY === 0) await this.leftovers.clear();
      for (const leftover of await this.leftovers.take(AT_ONCE)) {
        if (!this.isClosing) await this.end(leftover);
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'what holds left could not be looked for');
    }
  }

  /** A failure is tried again later; in the end the provider lets the reservation go by itself. */
  private async end(leftover: Leftover): Promise<void> {
    const { connectionId, reservationUid, holdId } = leftover;
    const context = { lane: 'background' as const, signal: AbortSignal.timeout(PATIENCE_MS) };
    try {
      await this.calls.run(connectionId, (at) => sendAtOnce(() => at.prepare.endReservation(reservationUid, context)));
      await this.leftovers.ended(leftover);
    } catch (error) {
      this.logger.info({ err: error, holdId }, 'reservation not ended yet');
    }
  }
}
