import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import type { AppConfig } from '../../../foundation/config/app-config';
import { accountOf } from '../claims/claimed-times';
import { ChangeLogRepository } from './change-log.repository';
import type { TimeChange } from './known-change';

const MINUTE_MS = 60_000;

/** A booking as far as it takes up its hosts' time. */
export interface OccupiedTime {
  /** Ours. */
  id: string;
  connectionId: string;
  eventTypeId: string | null;
  status: string;
  startsAt: Date;
  endsAt: Date;
  hosts: { id: string }[];
}

interface Booked {
  provider: string;
  baseUrl: string | null;
  eventType: string | null;
  before: number;
  after: number;
}

/** Tells the slot stores of all replicas what happens to bookings. */
@Injectable()
export class AvailabilityNews {
  private readonly defaultAddress: string;

  constructor(
    private readonly log: ChangeLogRepository,
    config: ConfigService<AppConfig, true>,
  ) {
    this.defaultAddress = new URL(config.get('calcom', { infer: true }).baseUrl).origin;
  }

  /**
   * A booking was recorded: what it takes is taken, and what it took before may be free again. Part of the transaction
   * that records it: this replica knows of it before anybody is answered, the others within milliseconds.
   *
   * @param before undefined for one that nobody here knew of.
   */
  async recorded(manager: EntityManager, before: OccupiedTime | undefined, after: OccupiedTime): Promise<void> {
    if (!isNews(before, after)) return;
    const [booked] = await manager.query<Booked[]>(
      `select provider, base_url as "baseUrl", type.provider_id as "eventType",
         coalesce((type.definition ->> 'beforeBufferMinutes')::integer, 0) as before,
         coalesce((type.definition ->> 'afterBufferMinutes')::integer, 0) as after
       from connections left join event_types type on type.id = $2 and type.connection_id = connections.id
       where connections.id = $1`,
      [after.connectionId, after.eventTypeId],
    );
    if (!booked) return;
    const account = accountOf(booked.provider, booked.baseUrl ?? this.defaultAddress);
    const changes = [
      ...(before && isKnown(before) ? [change('changed', before, booked)] : []),
      change(isTaking(after) ? 'taken' : 'changed', after, booked),
    ];
    await this.log.tell(manager, account, changes);
  }
}

function isNews(before: OccupiedTime | undefined, after: OccupiedTime): boolean {
  if (!before) return after.hosts.length > 0;
  return !saysTheSame(before, after) && before.hosts.length + after.hosts.length > 0;
}

function isTaking({ status }: OccupiedTime): boolean {
  return status === 'confirmed';
}

/** Whether its time and its hosts are the provider's word, and not only what was asked for. */
function isKnown({ status, hosts }: OccupiedTime): boolean {
  return hosts.length > 0 && status !== 'outcome_pending';
}

function saysTheSame(a: OccupiedTime, b: OccupiedTime): boolean {
  const wordsOf = ({ status, startsAt, endsAt, hosts }: OccupiedTime): string =>
    [status, startsAt.getTime(), endsAt.getTime(), ...hosts.map(({ id }) => id)].join(' ');
  return wordsOf(a) === wordsOf(b);
}

function change(kind: TimeChange['kind'], row: OccupiedTime, { eventType, before, after }: Booked): TimeChange {
  return {
    kind,
    hosts: row.hosts.map(({ id }) => `host ${id}`),
    ...(eventType === null ? {} : { eventType }),
    fromMs: row.startsAt.getTime() - before * MINUTE_MS,
    toMs: row.endsAt.getTime() + after * MINUTE_MS,
    subject: row.id,
  };
}
