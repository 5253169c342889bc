import { Injectable, OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

/** A database that needs longer for `select 1` would not serve a booking either. */
const DATABASE_PATIENCE_MS = 2_000;

export type ReadinessState = 'ready' | 'shutting_down' | 'database_unreachable';

/** Whether new requests should be sent here. */
@Injectable()
export class Readiness implements OnModuleDestroy {
  private stopping = false;

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Closing begins here, before anything is drained: who asks for readiness learns it first. */
  onModuleDestroy(): void {
    this.stopping = true;
  }

  /** Never throws; answers within two seconds. */
  async state(): Promise<ReadinessState> {
    if (this.stopping) return 'shutting_down';
    const answered = await this.databaseAnswers();
    // Closing may have begun meanwhile.
    if (this.stopping) return 'shutting_down';
    return answered ? 'ready' : 'database_unreachable';
  }

  private databaseAnswers(): Promise<boolean> {
    return new Promise((resolve) => {
      const impatient = setTimeout(() => resolve(false), DATABASE_PATIENCE_MS);
      this.database
        .query('select 1')
        .then(
          () => resolve(true),
          () => resolve(false),
        )
        .finally(() => clearTimeout(impatient));
    });
  }
}
