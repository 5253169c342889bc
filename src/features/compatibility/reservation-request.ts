import { sha256 } from '../../foundation/crypto/digests';
import { invalidField } from '../../foundation/errors/api-error';
import type { CalledRequest } from '../../foundation/http/access';
import { parseInstant } from '../../foundation/time/instants';
import { canonicalTimeZone } from '../../foundation/time/zones';
import {
  type BookingCaller,
  type BookingCommand,
  metadataFault,
  patienceOf,
  requestIdentity,
} from '../bookings/bookings.service';
import type { ReserveDto } from './older-slots.dto';

/** Cal.com's limits of the fields that older clients send inside metadata. */
const LOCATION_MAX = 500;
const NOTES_MAX = 2_000;

/**
 * Older body -> words: `metadata.location` and `metadata.notes` become the booking's own fields.
 *
 * @throws ApiError `VALIDATION_ERROR` naming the field.
 */
export function reservationCommand(body: ReserveDto): BookingCommand {
  const { location, notes, ...rest } = body.metadata ?? {};
  const fault = metadataFault(rest);
  if (fault) throw invalidField('metadata', fault);
  const place = text('metadata.location', location, LOCATION_MAX);
  const words = text('metadata.notes', notes, NOTES_MAX);
  const { name, email, phoneNumber } = body.attendee;
  return {
    startMs: startOf(body),
    attendee: {
      name,
      ...(email === undefined ? {} : { email }),
      ...(phoneNumber === undefined ? {} : { phoneNumber }),
      ...(body.timezone === undefined ? {} : { timeZone: canonicalTimeZone(body.timezone) }),
    },
    ...(place === undefined ? {} : { location: { type: 'attendeeDefined', value: place } }),
    ...(words === undefined ? {} : { notes: words }),
    metadata: rest as Record<string, string>,
  };
}

/** The caller's own key, or one made of what is booked: a repeat of the same wish is the same booking. */
export function reservationCaller(
  request: CalledRequest,
  companyId: string,
  eventTypeId: string,
  body: ReserveDto,
): BookingCaller {
  const { idempotencyKey, route, fingerprint, correlationId } = requestIdentity(request);
  const shared = { origin: 'compatibility', correlationId, waitMs: patienceOf(request) } as const;
  if (idempotencyKey !== undefined) return { ...shared, route, idempotencyKey, fingerprint };
  const { name, email = '', phoneNumber = '' } = body.attendee;
  const wish = sha256(
    JSON.stringify([companyId, eventTypeId, startOf(body), name.trim(), email.toLowerCase(), phoneNumber]),
  );
  // A route of its own: no key that a caller chooses can meet a derived one.
  return {
    ...shared,
    route: `${route} derived`,
    idempotencyKey: wish,
    fingerprint: wish,
    derivedKey: true,
  };
}

/** Refuses an end that the provider would silently ignore. */
export function checkEnd(body: ReserveDto, lengthMinutes: number): void {
  if (body.end === undefined) return;
  const endMs = parseInstant(body.end);
  if (endMs !== startOf(body) + lengthMinutes * 60_000) {
    throw invalidField('end', `must be ${lengthMinutes} minutes after start, or left out`);
  }
}

function startOf(body: ReserveDto): number {
  return parseInstant(body.start) ?? Number.NaN;
}

function text(field: string, value: unknown, max: number): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || value.length > max) throw invalidField(field, `must be a text of at most ${max}`);
  return value;
}
