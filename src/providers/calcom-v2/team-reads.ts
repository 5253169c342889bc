import { SchedulingError, SchedulingErrorCode } from '../../scheduling/scheduling-error';
import { Account, EventType, Person, Team } from '../../scheduling/words';
import { CalcomV2Client } from './client';
import { toEventType } from './event-type-mapper';
import { assertEventTypeId, readOfTeam } from './ids';
import { toMember, toTeam } from './mapper';
import type { Caller } from './call';
import { WireMembership } from './wire';

/** Most that one answer holds. */
const PAGE = 250;
/** 10,000 members are no team any more. */
const PAGES_MAX = 40;

const LEADING = ['OWNER', 'ADMIN'];

/** Reads of teams and of the people in them. */
export class TeamReads {
  constructor(private readonly client: CalcomV2Client) {}

  async list(caller: Caller): Promise<Team[]> {
    return (await this.client.listTeams(caller)).map(toTeam);
  }

  /** cal.diy has no teams, and says so with the 404 of a route that does not exist. */
  async exist(caller: Caller): Promise<boolean> {
    return (await unless(['UNSUPPORTED', 'NOT_FOUND', 'REFUSED'], this.list(caller))) !== undefined;
  }

  async get(caller: Caller, id: string): Promise<Team> {
    return toTeam(await readOfTeam(id, () => this.client.getTeam(caller, id)));
  }

  async eventTypes(caller: Caller, id: string): Promise<EventType[]> {
    return (await readOfTeam(id, () => this.client.listTeamEventTypes(caller, id))).map(toEventType);
  }

  async eventType(caller: Caller, teamId: string, id: string): Promise<EventType> {
    assertEventTypeId(id);
    return toEventType(await readOfTeam(teamId, () => this.client.getTeamEventType(caller, teamId, id)));
  }

  async members(caller: Caller, id: string): Promise<Person[]> {
    const all = await readOfTeam(id, () => this.memberships(caller, id));
    // Somebody who has only been invited hosts nothing yet.
    return all.filter(({ accepted }) => accepted !== false).map(toMember);
  }

  /** The account first, then the members of its teams, each once. */
  async people(caller: Caller, { id, name, username }: Account): Promise<Person[]> {
    const people = new Map<string, Person>([[id, { id, name, ...(username ? { username } : {}) }]]);
    for (const team of (await unless(['UNSUPPORTED', 'NOT_FOUND', 'REFUSED'], this.list(caller))) ?? []) {
      // A team may have gone since it was listed.
      const members = (await unless(['NOT_FOUND'], this.members(caller, team.id))) ?? [];
      for (const member of members) if (!people.has(member.id)) people.set(member.id, member);
    }
    return [...people.values()];
  }

  /**
   * Whether bookings of a type can be missing in the account's list: those of a team's type that another member hosts
   * are, unless the account owns or administers the team.
   */
  async mayHide(caller: Caller, eventTypeId: string): Promise<boolean> {
    const own = await unless(['EVENT_TYPE_NOT_FOUND'], this.client.getEventType(caller, eventTypeId));
    if (own) return false;
    const { id: userId } = await this.client.getMe(caller);
    for (const { id } of await this.list(caller)) {
      const types = await this.eventTypes(caller, id);
      if (types.every(({ providerId }) => providerId !== eventTypeId)) continue;
      const mine = (await this.memberships(caller, id)).find((membership) => membership.userId === userId);
      return !LEADING.includes(mine?.role ?? '');
    }
    return false;
  }

  private async memberships(caller: Caller, id: string): Promise<WireMembership[]> {
    const all: WireMembership[] = [];
    for (let page = 0; page < PAGES_MAX; page++) {
      const found = await this.client.listTeamMembers(caller, id, { take: PAGE, skip: page * PAGE });
      all.push(...found);
      if (found.length < PAGE) break;
    }
    return all;
  }
}

async function unless<T>(codes: SchedulingErrorCode[], reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof SchedulingError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
