import { randomUUID } from 'node:crypto';
import { BeforeApplicationShutdown, Injectable, OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';

/** A replica that was killed is known to be dead after this time: with a look each half second, within 3 s. */
const LIFETIME_MS = 2_000;
const BEAT_MS = LIFETIME_MS / 4;
/** Rows of processes that ended without a farewell. */
const REMEMBERED = '1 day';

/**
 * This process among those on the same database. Durable work names its owner by {@link Replica.id}; whoever finds the
 * owner dead may take the work over.
 */
@Injectable()
export class Replica implements OnModuleInit, BeforeApplicationShutdown {
  /** Of this process alone: a restarted one is another replica. */
  readonly id = randomUUID();
  private timer: NodeJS.Timeout | undefined;
  private beatAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly database: DataSource,
    private readonly logger: PinoLogger,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.beat();
    await this.database.query(
      `delete from replicas where heartbeat_until < clock_timestamp() - interval '${REMEMBERED}'`,
    );
    this.timer = setInterval(() => void this.beat().catch((error: unknown) => this.missed(error)), BEAT_MS);
  }

  /**
   * Whether others certainly hold this process for alive. One that is not fit begins no call at a provider: it was
   * frozen, or has lost the database, and its work may be somebody else's by now.
   */
  get isFit(): boolean {
    return performance.now() - this.beatAtMs < LIFETIME_MS / 2;
  }

  /** Says farewell, so that nobody has to wait for the end of its lifetime. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.beatAtMs = Number.NEGATIVE_INFINITY;
    await this.database.query('delete from replicas where id = $1', [this.id]);
  }

  private async beat(): Promise<void> {
    // Read before asking: the row is at least as young as we believe.
    const askedAtMs = performance.now();
    await this.database.query(
      `insert into replicas (id, heartbeat_until) values ($1, clock_timestamp() + make_interval(secs => $2))
       on conflict (id) do update set heartbeat_until = excluded.heartbeat_until`,
      [this.id, LIFETIME_MS / 1000],
    );
    this.beatAtMs = askedAtMs;
  }

  private missed(error: unknown): void {
    this.logger.warn({ err: error }, 'heartbeat missed');
  }
}
