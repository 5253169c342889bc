import { ApiError, forbidden, nestError, notFound } from '../http/errors';
import { Sandbox } from '../sandbox';
import { Account, EventType } from '../store/records';
import { BookingInput } from './booking-input';

/** Throws 404 with the text of the selector that was used. */
export async function findEventType(sandbox: Sandbox, input: BookingInput): Promise<EventType> {
  const found = await lookUp(sandbox, input);
  if (found) return found;
  throw missing(input);
}

async function lookUp(sandbox: Sandbox, input: BookingInput): Promise<EventType | undefined> {
  if (input.eventTypeId !== undefined) return sandbox.eventTypes.byId(input.eventTypeId);
  const slug = input.eventTypeSlug ?? '';
  if (input.username !== undefined) {
    const owner = await sandbox.accounts.byUsername(input.username);
    return owner && sandbox.eventTypes.byOwnerAndSlug({ ownerId: owner.id, teamId: null }, slug);
  }
  const team = await sandbox.teams.bySlug(input.teamSlug ?? '');
  return team && sandbox.eventTypes.byOwnerAndSlug({ ownerId: null, teamId: team.id }, slug);
}

function missing(input: BookingInput): ApiError {
  if (input.eventTypeId !== undefined) return notFound(`Event type with id ${input.eventTypeId} not found.`);
  const owner = input.username === undefined ? `team ${input.teamSlug}` : `user ${input.username}`;
  return notFound(`Event type with slug ${input.eventTypeSlug} belonging to ${owner} not found.`);
}

/** Throws 401 or 403 when the type wants a caller who belongs to it. */
export async function checkCallerMayBook(
  sandbox: Sandbox,
  eventType: EventType,
  account: Account | undefined,
): Promise<void> {
  if (!eventType.input.bookingRequiresAuthentication) return;
  if (!account) throw nestError(401, 'checkBookingRequiresAuthentication - user is not authenticated.');
  if (await belongsTo(sandbox, eventType, account)) return;
  throw forbidden(
    'checkBookingRequiresAuthentication - user is not authorized to access this event type. User has to be either ' +
      'event type owner, host, team admin or owner or org admin or owner.',
  );
}

export async function belongsTo(sandbox: Sandbox, eventType: EventType, account: Account): Promise<boolean> {
  if (eventType.ownerId === account.id) return true;
  const team = eventType.teamId === null ? undefined : await sandbox.teams.byId(eventType.teamId);
  return team?.members.some(({ userId }) => userId === account.id) ?? false;
}
