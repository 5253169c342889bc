import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { type ClaimedDelivery, OutgoingClaims } from './outgoing-claims.repository';
import { OutgoingSender } from './outgoing-sender';

/** How late an event may be noticed; the look itself costs a probe of an index. */
const LOOK_MS = 500;
/** Attempts of one replica at the same time; each holds a socket and little else. */
const AT_ONCE = 200;
const HOUR_MS = 3_600_000;
/** What is being sent gets this long at shutdown, then it is given back. */
const PATIENCE_MS = 2_000;

/**
 * Sends what is due, on every replica at once. The deliveries' own rows are the queue: they were written with the event
 * by one statement, and each has its own rhythm, which no general job queue would keep.
 */
@Injectable()
export class OutgoingDispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private readonly sending = new Set<Promise<void>>();
  private timers: NodeJS.Timeout[] = [];
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private blind = false;

  constructor(
    private readonly claims: OutgoingClaims,
    private readonly sender: OutgoingSender,
    private readonly logger: PinoLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timers = [setInterval(() => this.look(), LOOK_MS), setInterval(() => void this.deleteOld(), HOUR_MS)];
    void this.deleteOld();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.timers.forEach(clearInterval);
    this.timers = [];
    await this.looking;
    const patience = setTimeout(() => this.stop.abort(), PATIENCE_MS);
    await Promise.all(this.sending);
    clearTimeout(patience);
  }

  /** Starts whatever is due. While a look is under way, another follows it. */
  private look(): void {
    if (this.timers.length === 0) return;
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    this.lookAgain = false;
    this.looking = this.claimAndSend().finally(() => {
      this.looking = undefined;
      if (this.lookAgain) this.look();
    });
  }

  private async claimAndSend(): Promise<void> {
    const room = AT_ONCE - this.sending.size;
    if (room === 0) return;
    try {
      for (const delivery of await this.claims.claim(room)) this.start(delivery);
      this.blind = false;
    } catch (error) {
      // Once an outage: it looks twice a second.
      if (!this.blind) this.logger.warn({ err: error }, 'outgoing events not looked for');
      this.blind = true;
    }
  }

  private start(delivery: ClaimedDelivery): void {
    const { id: deliveryId, companyId } = delivery;
    const attempt = this.sender
      .send(delivery, this.stop.signal)
      // The claim runs out and the event is sent again: better twice than never.
      .catch((err: unknown) => this.logger.warn({ err, deliveryId, companyId }, 'outgoing event not recorded'))
      .finally(() => {
        this.sending.delete(attempt);
        // Its endpoint has room for the next one.
        this.look();
      });
    this.sending.add(attempt);
  }

  private async deleteOld(): Promise<void> {
    try {
      while (await this.claims.deleteOld());
    } catch (error) {
      this.logger.warn({ err: error }, 'old outgoing events not deleted');
    }
  }
}
