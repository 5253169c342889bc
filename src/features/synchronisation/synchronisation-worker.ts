import { BeforeApplicationShutdown, Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Replica } from '../../foundation/replicas/replica.service';
import { SyncStatesRepository } from './sync-states.repository';
import { SyncTurns } from './sync-turns';

/** Small beside the minutes between two looks. */
const LOOK_MS = 5_000;
/**
 * Looks that one replica makes at a time: 1,000 companies with traffic, a second each, need 5. The rest is for providers
 * that hang, so that they keep nobody else waiting.
 */
const AT_ONCE = 40;
/** How often is noticed that a connection is new, or that its company has got traffic. */
const PLANNING_MS = 30_000;

/** Makes the looks that are due, in every replica; of each connection one at a time. */
@Injectable()
export class SynchronisationWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private readonly making = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private plannedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly states: SyncStatesRepository,
    private readonly turns: SyncTurns,
    private readonly replica: Replica,
    private readonly logger: PinoLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  /** What is being read is given up at once: the next replica goes on behind the last page that was settled. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stop.abort();
    await this.looking;
    await Promise.all(this.making);
  }

  /** Starts what is due, unless that is being done already. */
  private look(): void {
    if (this.stop.signal.aborted || !this.replica.isFit) return;
    this.looking ??= this.start()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'looks that are due could not be begun'))
      .finally(() => (this.looking = undefined));
  }

  private async start(): Promise<void> {
    await this.plan();
    const free = AT_ONCE - this.making.size;
    const turns = free > 0 ? await this.states.claimDue(free) : [];
    for (const turn of turns) {
      const made = this.turns.make(turn, this.stop.signal).finally(() => {
        this.making.delete(made);
        this.look();
      });
      this.making.add(made);
    }
  }

  private async plan(): Promise<void> {
    if (performance.now() - this.plannedAtMs < PLANNING_MS) return;
    await this.states.planNew();
    await this.states.hurry();
    this.plannedAtMs = performance.now();
  }
}
