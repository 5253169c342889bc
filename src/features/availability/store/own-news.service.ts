import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import {
  DataSource,
  type EntityManager,
  type EntitySubscriberInterface,
  type QueryRunner,
  type TransactionCommitEvent,
  type TransactionRollbackEvent,
} from 'typeorm';
import type { KnownChange } from './known-change';
import { SlotStore } from './slot-store';

/** A row of what was told. */
export interface ToldNews {
  id: string;
  account: string;
  changes: KnownChange[];
}

/** Our own news come back from the feed within this time, or never. */
const ECHO_MS = 120_000;

/**
 * News of this replica's own transactions: known here as soon as they have committed, before anybody is answered, and
 * not a second time when the feed brings them.
 */
@Injectable()
export class OwnNews implements EntitySubscriberInterface, OnModuleDestroy {
  private readonly untilCommit = new WeakMap<QueryRunner, ToldNews[]>();
  /** Ids that are known already, with when they were heard. */
  private readonly known = new Map<string, number>();

  constructor(
    private readonly database: DataSource,
    private readonly store: SlotStore,
  ) {
    database.subscribers.push(this);
  }

  onModuleDestroy(): void {
    const place = this.database.subscribers.indexOf(this);
    if (place >= 0) this.database.subscribers.splice(place, 1);
  }

  /** What a statement of this manager has told: of no effect if its transaction is rolled back. */
  told(manager: EntityManager, news: ToldNews[]): void {
    const runner = manager.queryRunner;
    if (!runner?.isTransactionActive) return news.forEach((each) => this.hear(each));
    this.untilCommit.set(runner, [...(this.untilCommit.get(runner) ?? []), ...news]);
  }

  /** From our own transaction or from the feed, whichever is first. */
  hear({ id, account, changes }: ToldNews): void {
    if (this.known.delete(id)) return;
    this.known.set(id, performance.now());
    for (const [old, atMs] of this.known) {
      if (performance.now() - atMs < ECHO_MS) break;
      this.known.delete(old);
    }
    this.store.hear(account, changes);
  }

  afterTransactionCommit({ queryRunner }: TransactionCommitEvent): void {
    // A savepoint is no commit.
    if (queryRunner.isTransactionActive) return;
    const news = this.untilCommit.get(queryRunner) ?? [];
    this.untilCommit.delete(queryRunner);
    for (const each of news) this.hear(each);
  }

  afterTransactionRollback({ queryRunner }: TransactionRollbackEvent): void {
    this.untilCommit.delete(queryRunner);
  }
}
