import { Injectable } from '@nestjs/common';
import { Clock } from '../../../foundation/time/clock';
import { ChangeLogRepository } from './change-log.repository';
import { OwnNews, type ToldNews } from './own-news.service';
import { SlotStore } from './slot-store';
import { SoldTypes } from './sold-types.service';

/** What a notification says: news, the id of news that are too long for one, or whose types are sold differently now. */
type Word = Partial<ToldNews> & { factsOf?: string };

/** Hands on what the feed hears. */
@Injectable()
export class NewsListener {
  constructor(
    private readonly log: ChangeLogRepository,
    private readonly own: OwnNews,
    private readonly store: SlotStore,
    private readonly types: SoldTypes,
    private readonly clock: Clock,
  ) {
    store.stopHearing();
  }

  /** @throws when news too long for a notification cannot be read. */
  async heard(payload: string): Promise<void> {
    const { id, account, changes, factsOf } = JSON.parse(payload) as Word;
    if (factsOf !== undefined) this.types.forget(factsOf);
    if (id === undefined) return;
    if (account !== undefined && changes) return this.own.hear({ id, account, changes });
    const news = await this.log.byId(id);
    if (news) this.own.hear(news);
  }

  /** From now on others' changes are not heard. */
  deaf(): void {
    this.store.stopHearing();
    this.types.trust(false);
  }

  /**
   * Makes good what was missed. To be called once new changes are heard again.
   *
   * @param horizon of a moment when everything was heard; undefined: everything may have been missed.
   */
  async catchUp(horizon: string | undefined): Promise<void> {
    this.types.forgetAll();
    if (horizon === undefined) this.store.forgetAll();
    else for (const news of await this.log.since(horizon)) this.own.hear(news);
    await this.compareClaims();
    this.store.hearAgain();
    this.types.trust(true);
  }

  async compareClaims(): Promise<void> {
    const askedMs = this.clock.now();
    this.store.hearClaims(await this.log.claims(), askedMs);
  }

  forgetOld(): Promise<void> {
    return this.log.forgetOld();
  }
}
