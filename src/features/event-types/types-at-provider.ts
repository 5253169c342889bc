import type { CallContext } from '../../scheduling/call-context';
import { sendAtOnce } from '../../scheduling/prepared-write';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { EventType, EventTypeDraft, TeamEventTypeDraft } from '../../scheduling/words';
import type { EventTypeRecord } from './event-type-record';

/** A type to be made; of the account itself without a team. */
export interface NewEventType extends TeamEventTypeDraft {
  teamId?: string;
}

/** What of a known type says where it is at the provider: own types and those of teams are addressed differently. */
export type TypeAddress = Pick<EventTypeRecord, 'providerId' | 'definition'>;

/** @throws SchedulingError `NOT_FOUND` for a team that the account cannot see, `INVALID_REQUEST` for a host outside it. */
export async function createType(
  provider: SchedulingProvider,
  { teamId, ...draft }: NewEventType,
  context?: CallContext,
): Promise<EventType> {
  if (teamId === undefined) return sendAtOnce(() => provider.prepare.createEventType(draft, context));
  const created = await sendAtOnce(() => provider.prepare.createTeamEventType(teamId, draft, context));
  return { ...created, teamId };
}

/** @throws SchedulingError `EVENT_TYPE_NOT_FOUND` also when the type's team has gone. */
export async function readType(
  provider: SchedulingProvider,
  { providerId, definition: { teamId } }: TypeAddress,
  context?: CallContext,
): Promise<EventType> {
  if (teamId === undefined) return provider.getEventType(providerId, context);
  try {
    return { ...(await provider.teamEventType(teamId, providerId, context)), teamId };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new SchedulingError('EVENT_TYPE_NOT_FOUND', error.message, {}, { cause: error });
  }
}

/** @throws SchedulingError `EVENT_TYPE_NOT_FOUND`; `REFUSED` / `FORBIDDEN` where the account may only read the team. */
export async function changeType(
  provider: SchedulingProvider,
  type: TypeAddress,
  draft: EventTypeDraft,
  context?: CallContext,
): Promise<EventType> {
  const { providerId: id, definition } = type;
  const { teamId } = definition;
  if (teamId === undefined) return sendAtOnce(() => provider.prepare.updateEventType(id, draft, context));
  const change = sendAtOnce(() => provider.prepare.updateTeamEventType(teamId, id, draft, context));
  return { ...(await lookedInto(change, () => readType(provider, type, context))), teamId };
}

/** @throws SchedulingError as {@link changeType}. */
export async function deleteType(
  provider: SchedulingProvider,
  type: TypeAddress,
  context?: CallContext,
): Promise<void> {
  const { providerId: id, definition } = type;
  const { teamId } = definition;
  if (teamId === undefined) return sendAtOnce(() => provider.prepare.deleteEventType(id, context));
  const removal = sendAtOnce(() => provider.prepare.deleteTeamEventType(teamId, id, context));
  return lookedInto(removal, () => readType(provider, type, context));
}

/**
 * A team that is not found has gone, or its plain members may not change it: both are told in the same way. Whether the
 * type can still be read tells them apart, so that nobody forgets a type that is there.
 */
async function lookedInto<T>(write: Promise<T>, read: () => Promise<EventType>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await read();
    throw new SchedulingError('REFUSED', error.message, { reason: 'FORBIDDEN' }, { cause: error });
  }
}

function isNotFound(error: unknown): error is SchedulingError {
  return error instanceof SchedulingError && error.code === 'NOT_FOUND';
}
