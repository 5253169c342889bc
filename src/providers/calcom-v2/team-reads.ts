import { SchedulingError, SchedulingErrorCode } from '../../scheduling/scheduling-error';
import { Account, EventType, Person, Team } from '../../scheduling/words';
import { CalcomV2Client } from './client';
import { toEventType } from './event-type-mapper';
import { toMember, toTeam } from './mapper';
import type { Caller } from './transport';
import { WireMembership } from './wire';

/** Most that one answer holds. */
const PAGE = 250;
/** 10,000 members are no team any more. */
const PAGES_MAX = 40;
/** Cal.com's ids are 32-bit; a larger one is answered with a 500. */
const ID_MAX = 2_147_483_647;

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
    return toTeam(await ofTeam(id, () => this.client.getTeam(caller, id)));
  }

  async eventTypes(caller: Caller, id: string): Promise<EventType[]> {
    return (await ofTeam(id, () => this.client.listTeamEventTypes(caller, id))).map(toEventType);
  }

  async members(caller: Caller, id: string): Promise<Person[]> {
    const all = await ofTeam(id, () => this.memberships(caller, id));
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

/** Cal.com answers 403 for a team of others and for one that does not exist; an id that it cannot have is a 400 or a 500. */
async function ofTeam<T>(id: string, read: () => Promise<T>): Promise<T> {
  if (!/^[1-9]\d{0,9}$/.test(id) || Number(id) > ID_MAX) throw new SchedulingError('NOT_FOUND', 'not an id of Cal.com');
  try {
    return await read();
  } catch (error) {
    const isHidden = error instanceof SchedulingError && error.details.reason === 'FORBIDDEN';
    throw isHidden ? new SchedulingError('NOT_FOUND', error.message, {}, { cause: error }) : error;
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
