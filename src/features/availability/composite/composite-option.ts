import { createHash } from 'node:crypto';
import { isAppointmentTime } from '../../../foundation/time/instants';
import type { ServicePlan } from '../../services/services.service';
import type { Minute, VisitChain } from './composite-visit';

const MINUTE_MS = 60_000;
/** 96 bits: nobody guesses one, and no two ways to do a visit share one. */
const DIGEST_LENGTH = 16;
const OPTION_ID = /^opt_([0-9a-z]{1,8})_[A-Za-z0-9_-]{16}$/;

/**
 * Stands for exactly this way to do a visit: the service as it is now, and each segment's person, event type and start.
 * Whatever of it changes, the id does; so a booking that names one gets what was shown, or nothing.
 */
export function optionIdOf(plan: ServicePlan, { steps }: VisitChain): string {
  const what = [versionOf(plan), ...steps.map(({ staffId, eventTypeId, start }) => [staffId, eventTypeId, start])];
  const digest = createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, DIGEST_LENGTH);
  return `opt_${(steps[0]?.start ?? 0).toString(36)}_${digest}`;
}

/** The first start of the visit that an id stands for; undefined for what is no id, or of a time that nobody can ask for. */
export function firstStartOf(optionId: string): Minute | undefined {
  const [, start] = OPTION_ID.exec(optionId) ?? [];
  const minute = start === undefined ? Number.NaN : parseInt(start, 36);
  return isAppointmentTime(minute * MINUTE_MS) ? minute : undefined;
}

/** Differs when anything that a visit is made of does. */
function versionOf({ id, onePerson, segments }: ServicePlan): unknown[] {
  const parts = segments.map((each) => [each.id, each.durationMinutes, each.gapAfter, each.gapFreesStaff]);
  return [id, onePerson, parts];
}
