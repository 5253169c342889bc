import { Json } from '../http/errors';
import { Sandbox } from '../sandbox';
import { Booking, EventType } from '../store/records';
import { Subject } from '../webhooks/payloads';

/** Sends one webhook per subscriber and waits for them: on these servers that happens inside the booking request. */
export async function announce(
  sandbox: Sandbox,
  trigger: string,
  booking: Booking,
  eventType: EventType,
  payload: (subject: Subject) => Json,
): Promise<void> {
  const [host] = await sandbox.accounts.byIds(booking.hostIds.slice(0, 1));
  if (!host) return;
  // Account webhooks do not fire for team types.
  const personal = eventType.teamId === null ? host.id : null;
  // A child of a managed type tells its parent's subscribers too.
  const types = [eventType.id, ...(eventType.parentId === null ? [] : [eventType.parentId])];
  const subscribers = await sandbox.webhooks.subscribers(personal, types, trigger);
  if (subscribers.length === 0) return;
  const team = eventType.teamId === null ? undefined : await sandbox.teams.byId(eventType.teamId);
  const subject = { booking, eventType, host, team, origin: sandbox.origin };
  await sandbox.sender.announce(subscribers, {
    trigger,
    uid: booking.uid,
    payload: payload(subject),
    ownerKey: host.key,
  });
}
