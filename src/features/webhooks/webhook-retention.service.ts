import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const KEPT = '30 days';
/** Rows by one statement, so that nobody waits long for their locks. */
const AT_ONCE = 1_000;

/** Empties the bodies of old deliveries, which name people; that and how they were applied stays. */
@Injectable()
export class WebhookRetention {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns how many bodies were emptied. One that still waits to be applied is kept. */
  async emptyOldBodies(): Promise<number> {
    let emptied = 0;
    for (;;) {
      const [, count] = await this.dataSource.query<[unknown[], number]>(
        `update webhook_deliveries set sealed_body = '' where id = any (array(
           select id from webhook_deliveries where received_at < clock_timestamp() - interval '${KEPT}'
             and status <> 'received' and sealed_body <> '' limit ${AT_ONCE}))`,
      );
      emptied += count;
      if (count < AT_ONCE) return emptied;
    }
  }
}
