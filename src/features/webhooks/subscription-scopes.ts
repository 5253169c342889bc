import { Injectable } from '@nestjs/common';
import type { Connection } from '../companies/connections.service';
import { ACCOUNT, type SubscribedScope, teamScope } from '../companies/webhook-subscriptions.service';
import { EventTypesService } from '../event-types/event-types.service';

/** A level that shall be registered; of an event type with our id of it. */
export interface WantedScope {
  scope: SubscribedScope;
  eventTypeId?: string;
}

/** Rows read at once; more types than that are read in several steps. */
const STEP = 100;

/** Which levels really fire: the account's own, and each event type of a team that is booked itself. */
@Injectable()
export class SubscriptionScopes {
  constructor(private readonly eventTypes: EventTypesService) {}

  /** By the mirror of the connection's company; the account's own level comes first. */
  async of({ companyId }: Connection): Promise<WantedScope[]> {
    const wanted: WantedScope[] = [{ scope: ACCOUNT }];
    for (let after: { at: string; id: string } | undefined; ;) {
      const rows = await this.eventTypes.list(companyId, {}, STEP, after);
      for (const { id, providerId, definition } of rows.slice(0, STEP)) {
        const { teamId, schedulingType } = definition;
        // The children of a managed type belong to its members' accounts, and nobody books the parent.
        if (teamId === undefined || schedulingType === 'managed') continue;
        wanted.push({ scope: teamScope({ teamId, eventTypeId: providerId }), eventTypeId: id });
      }
      const last = rows[STEP - 1];
      if (rows.length <= STEP || !last) return wanted;
      after = { at: last.createdAt.toISOString(), id: last.id };
    }
  }
}
