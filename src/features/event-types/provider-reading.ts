import type { CallContext } from '../../scheduling/call-context';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import { SchedulingError, type SchedulingErrorCode } from '../../scheduling/scheduling-error';
import type { EventType } from '../../scheduling/words';

export interface WantedTypes {
  /** Whether the connection's provider has teams at all. */
  ofTeams: boolean;
  /** The provider's ids of the only types that matter; absent = all. */
  only?: string[];
}

/**
 * The types that the account can be booked with, each once: its own, with the children of managed types among them, and
 * those of its teams. Complete or nothing: what is missing in it is not there.
 *
 * @throws SchedulingError when the own list, or that of any team, could not be read.
 */
export async function readEventTypes(
  provider: SchedulingProvider,
  { ofTeams, only }: WantedTypes,
  context?: CallContext,
): Promise<EventType[]> {
  const types = new Map<string, EventType>();
  const add = (type: EventType): unknown => types.set(type.providerId, type);
  for (const type of await provider.listEventTypes(context)) add(asOwn(type));
  // Companies that share a credential share its pace: none asks teams for what it has found already.
  if (ofTeams && !only?.every((id) => types.has(id))) {
    for (const type of await readTypesOfTeams(provider, context)) add(type);
  }
  const wanted = (type: EventType): boolean => only?.includes(type.providerId) ?? true;
  return [...types.values()].filter(wanted);
}

/** A type is addressed through the list that it came in: an own one without a team, whatever else is said of it. */
function asOwn({ teamId: _, ...own }: EventType): EventType {
  return own;
}

async function readTypesOfTeams(provider: SchedulingProvider, context?: CallContext): Promise<EventType[]> {
  const types: EventType[] = [];
  for (const { id: teamId } of await unless('UNSUPPORTED', provider.teams(context))) {
    // A team may have gone, or have let the account go, since it was listed.
    const found = await unless('NOT_FOUND', provider.teamEventTypes(teamId, context));
    types.push(...found.map((type) => ({ ...type, teamId })));
  }
  return types;
}

/** Nothing, where the provider says in this way that there is nothing. */
async function unless<T>(code: SchedulingErrorCode, reading: Promise<T[]>): Promise<T[]> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof SchedulingError && error.code === code) return [];
    throw error;
  }
}
