import type { PreparedWrite } from '../../scheduling/prepared-write';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { WebhookScope } from '../../scheduling/words';

/** Cal.com's ids are 32-bit; a larger one is answered with a 400 or a 500. */
const ID_MAX = 2_147_483_647;

/** Whether a type, a team or a person of Cal.com can have this id. */
export function isId(id: string): boolean {
  return /^[1-9]\d{0,9}$/.test(id) && Number(id) <= ID_MAX;
}

/** An id that cannot be one of Cal.com's names no type. @throws SchedulingError `EVENT_TYPE_NOT_FOUND` */
export function assertEventTypeId(id: string): void {
  if (!isId(id)) throw new SchedulingError('EVENT_TYPE_NOT_FOUND', 'not an id of Cal.com');
}

/** @throws SchedulingError `NOT_FOUND` */
export function assertTeamId(id: string): void {
  if (!isId(id)) throw new SchedulingError('NOT_FOUND', 'not an id of Cal.com');
}

/** @throws SchedulingError `NOT_FOUND` or `EVENT_TYPE_NOT_FOUND` */
export function assertWebhookScope(scope: WebhookScope): void {
  if (scope.level === 'team-event-type') assertTeamId(scope.teamId);
  if (scope.level !== 'account') assertEventTypeId(scope.eventTypeId);
}

/** Cal.com answers 403 for a team of others and for one that does not exist: to us both are not there. */
function unhidden(error: unknown): unknown {
  const isHidden = error instanceof SchedulingError && error.details.reason === 'FORBIDDEN';
  return isHidden ? new SchedulingError('NOT_FOUND', error.message, {}, { cause: error }) : error;
}

/** A read of something that belongs to a team. */
export async function readOfTeam<T>(teamId: string, read: () => Promise<T>): Promise<T> {
  assertTeamId(teamId);
  try {
    return await read();
  } catch (error) {
    throw unhidden(error);
  }
}

/** A write to something that belongs to a team. */
export function ofTeam<T>(prepared: PreparedWrite<T>): PreparedWrite<T> {
  const send: PreparedWrite<T>['send'] = async (intentAt) => {
    try {
      return await prepared.send(intentAt);
    } catch (error) {
      throw unhidden(error);
    }
  };
  return { send, release: () => prepared.release() };
}
