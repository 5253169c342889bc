import { SchedulingError } from '../../scheduling/scheduling-error';
import { errorFromAnswer, errorFromFault, maskedText, messageOf, secondsUntilReset } from './errors';
import { OperationName } from './operations';

/** The usual envelope, as Nest's exceptions are answered. */
function envelope(code: string, message: string, details: unknown = { message, statusCode: 400 }) {
  return { status: 'error', timestamp: '2026-11-20T19:57:26.742Z', path: '/v2/x', error: { code, message, details } };
}

function bare(statusCode: number, message: string) {
  return { statusCode, message };
}

function failure(operation: OperationName, status: number, body: unknown, headers = {}): SchedulingError {
  return errorFromAnswer(operation, { status, headers, body });
}

const bad = (message: string) => envelope('BadRequestException', message);
const busyUser = 'User either already has booking at this time or is not available';
const busyTeam = 'One of the hosts either already has booking at this time or is not available';

type Row = [what: string, operation: OperationName, status: number, body: unknown, code: string, reason?: string];

// prettier-ignore
const CREATE_ROWS: Row[] = [
  ['a busy host, 400', 'bookings.create', 400, bad(busyUser), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['a busy team host', 'bookings.create', 400, bad(busyTeam), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['a busy host, 409', 'bookings.create', 409, envelope('ConflictException', busyUser), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['the loser of a race', 'bookings.create', 409, bare(409, 'booking_conflict_error'), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['the loser of a race in production mode', 'bookings.create', 400, bare(400, 'An error occurred while querying the database.'), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['a database conflict', 'bookings.create', 409, envelope('CONFLICT', 'Unique constraint failed'), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['fixed hosts taken', 'bookings.create', 409, bare(409, 'fixed_hosts_unavailable_for_booking'), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['round-robin hosts taken', 'bookings.create', 400, bare(400, 'round_robin_host_unavailable_for_booking'), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['no user free', 'bookings.create', 400, bare(400, 'no_available_users_found_error'), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['hosts taken', 'bookings.create', 400, bare(400, 'hosts_unavailable_for_booking'), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['full seats', 'bookings.create', 409, envelope('ConflictException', 'No more seats left at this seated booking.'), 'SLOT_UNAVAILABLE', 'SEATS_FULL'],
  ['the same attendee twice on one seated slot', 'bookings.create', 409, bare(409, 'already_signed_up_for_this_booking_error'), 'REFUSED', 'DUPLICATE'],
  ['a booking limit as 403', 'bookings.create', 403, bare(403, 'booking_limit_reached'), 'REFUSED', 'LIMIT_REACHED'],
  ['a booking limit as 401, which is no bad key', 'bookings.create', 401, bare(401, 'booking_limit_reached'), 'REFUSED', 'LIMIT_REACHED'],
  ['a duration limit', 'bookings.create', 403, bare(403, 'duration_limit_reached'), 'REFUSED', 'LIMIT_REACHED'],
  ['too soon or too far', 'bookings.create', 400, bad(`This event type can't be booked at the "start" time provided.`), 'REFUSED', 'OUTSIDE_BOOKING_WINDOW'],
  ['a past start', 'bookings.create', 400, bad('Attempting to book a meeting in the past.'), 'REFUSED', 'IN_THE_PAST'],
  ["the booker's limit", 'bookings.create', 400, bad('Attendee already has the maximum number of active bookings'), 'REFUSED', 'ATTENDEE_LIMIT_REACHED'],
  ['a missing field', 'bookings.create', 400, bad('Missing required booking field response: colour'), 'INVALID_REQUEST', 'FIELD_MISSING_OR_INVALID'],
  ['a missing phone', 'bookings.create', 400, bad('Missing attendee phone number'), 'INVALID_REQUEST', 'FIELD_MISSING_OR_INVALID'],
  ['a bad phone', 'bookings.create', 400, bad('responses - {attendeePhoneNumber}invalid_number, '), 'INVALID_REQUEST', 'FIELD_MISSING_OR_INVALID'],
  ['a phone where an e-mail is asked for', 'bookings.create', 400, envelope('BAD_REQUEST', 'responses - {email}error_required_field, ', undefined), 'INVALID_REQUEST', 'FIELD_MISSING_OR_INVALID'],
  ['a bad e-mail', 'bookings.create', 400, envelope('BAD_REQUEST', 'responses - {email}email_validation_error, ', undefined), 'INVALID_REQUEST', 'FIELD_MISSING_OR_INVALID'],
  ['a fixed length', 'bookings.create', 400, bad("Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths. Please, remove it."), 'INVALID_REQUEST', 'LENGTH_NOT_ALLOWED'],
  ['a length that is not offered', 'bookings.create', 400, bad("Provided 'lengthInMinutes' is not one of the possible lengths for the event type."), 'INVALID_REQUEST', 'LENGTH_NOT_ALLOWED'],
  ['an unknown type by its slug', 'bookings.create', 404, envelope('NotFoundException', 'Event type with slug cut belonging to user maria not found.'), 'EVENT_TYPE_NOT_FOUND'],
  ['a caller who must be somebody, 401, which is no bad key', 'bookings.create', 401, envelope('UnauthorizedException', 'checkBookingRequiresAuthentication - user is not authenticated.'), 'REFUSED', 'AUTHENTICATION_REQUIRED'],
  ['a language that there is not', 'bookings.create', 400, bad('attendee property is wrong, language property is wrong,language must be one of the following values: ar, ca, de '), 'INVALID_REQUEST', 'OTHER'],
  ['too much metadata', 'bookings.create', 400, bad('metadata property is wrong,Metadata must have at most 50 keys, each key up to 40 characters, and string values up to 500 characters. '), 'INVALID_REQUEST', 'OTHER'],
  ['a series that is too long', 'bookings.create', 400, bad("Provided recurrence count is higher than the event type's recurring event count."), 'REFUSED', 'OTHER'],
  ['a managed parent on servers of 2025, 500', 'bookings.create', 500, bare(500, 'Internal server error'), 'OUTCOME_UNKNOWN'],
  ['a version that has no such route', 'bookings.create', 404, envelope('NotFoundException', 'Cannot POST /v2/bookings'), 'UNSUPPORTED'],
  ['no host free, 500 by its raw name', 'bookings.create', 500, bare(500, 'no_available_users_found_error'), 'OUTCOME_UNKNOWN'],
  ['fixed hosts taken, 500', 'bookings.create', 500, bare(500, 'fixed_hosts_unavailable_for_booking'), 'OUTCOME_UNKNOWN'],
  ['an unknown type', 'bookings.create', 404, envelope('NotFoundException', 'Event type with id 999 not found.'), 'EVENT_TYPE_NOT_FOUND'],
  ['a managed parent', 'bookings.create', 400, bad("Event type with id=1 is the parent managed event type that can't be booked."), 'REFUSED', 'MANAGED_PARENT'],
  ['a team without hosts', 'bookings.create', 422, envelope('UnprocessableEntityException', "Can't book this team event type because it has no hosts"), 'REFUSED', 'NO_HOSTS'],
  ['a blocked booker', 'bookings.create', 403, bare(403, 'booker_email_blocked'), 'REFUSED', 'ATTENDEE_BLOCKED'],
  ['a booker who must log in', 'bookings.create', 401, bare(401, 'booker_email_requires_login'), 'REFUSED', 'AUTHENTICATION_REQUIRED'],
  ['a type that needs a login', 'bookings.create', 403, envelope('ForbiddenException', 'checkBookingRequiresAuthentication - user is not authorized to access this event type.'), 'REFUSED', 'AUTHENTICATION_REQUIRED'],
  ['a wrong verification code', 'bookings.create', 400, bare(400, 'invalid_verification_code'), 'REFUSED', 'AUTHENTICATION_REQUIRED'],
  ['a bad zone', 'bookings.create', 400, bad('attendee property is wrong, timeZone property is wrong,timeZone must be a valid IANA time-zone '), 'INVALID_REQUEST', 'FIELD_MISSING_OR_INVALID'],
  ['an unknown property', 'bookings.create', 400, bad('foo property is wrong,property foo should not exist '), 'INVALID_REQUEST', 'OTHER'],
  ['metadata that is no text', 'bookings.create', 400, envelope('BAD_REQUEST', 'metadata.n - Expected string, received number, ', undefined), 'INVALID_REQUEST', 'OTHER'],
  ['a body that is too large', 'bookings.create', 413, bare(413, 'request entity too large'), 'INVALID_REQUEST', 'OTHER'],
  ['a NUL or a huge id, 500', 'bookings.create', 500, bare(500, 'Internal server error'), 'OUTCOME_UNKNOWN'],
  ['a 500 that names busy hosts, because it must be looked up first', 'bookings.create', 500, bare(500, 'hosts_unavailable_for_booking'), 'OUTCOME_UNKNOWN'],
];

// prettier-ignore
const CHANGE_ROWS: Row[] = [
  ['an unknown booking', 'bookings.get', 404, envelope('NotFoundException', 'Booking with uid=x was not found in the database'), 'BOOKING_NOT_FOUND'],
  ['an unknown booking to cancel', 'bookings.cancel', 404, envelope('NotFoundException', 'Booking with uid=x not found'), 'BOOKING_NOT_FOUND'],
  ['a seat that was cancelled although the answer denies it', 'bookings.cancel', 404, envelope('NOT_FOUND', 'Invalid Query: The requested record was not found.', undefined), 'OUTCOME_UNKNOWN'],
  ['a second cancellation', 'bookings.cancel', 400, bad("Can't cancel booking with uid=x because it has been cancelled already. Please provide uid of a booking that is not cancelled."), 'REFUSED', 'ALREADY_CANCELLED'],
  ['a seat that was cancelled on servers of 2025, 500', 'bookings.cancel', 500, bare(500, 'Internal server error'), 'OUTCOME_UNKNOWN'],
  ['a move to the start of a race that was lost, 409', 'bookings.reschedule', 409, bare(409, 'booking_conflict_error'), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['a move to the start of a race that was lost, in production mode', 'bookings.reschedule', 400, bare(400, 'An error occurred while querying the database.'), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['a move of an unknown booking', 'bookings.reschedule', 404, envelope('NotFoundException', 'Booking with uid=x was not found in the database'), 'BOOKING_NOT_FOUND'],
  ['declining a foreign booking, 401', 'bookings.decline', 401, envelope('TRPCError', 'UNAUTHORIZED', undefined), 'REFUSED', 'FORBIDDEN'],
  ['a database error of another change, which is no taken time', 'bookings.confirm', 400, bare(400, 'An error occurred while querying the database.'), 'REFUSED', 'OTHER'],
  ['a cancellation without reason, 2026', 'bookings.cancel', 400, bare(400, 'Cancellation reason is required'), 'INVALID_REQUEST', 'FIELD_MISSING_OR_INVALID'],
  ['a cancellation without reason, 2025', 'bookings.cancel', 400, bare(400, 'Cancellation reason is required when you are the host'), 'INVALID_REQUEST', 'FIELD_MISSING_OR_INVALID'],
  ['a type that forbids cancelling', 'bookings.cancel', 400, bare(400, 'This event type does not allow cancellations'), 'REFUSED', 'CANCELLING_DISABLED'],
  ['a meeting that is over', 'bookings.cancel', 400, bare(400, 'Cannot cancel a booking that has already ended'), 'REFUSED', 'ALREADY_ENDED'],
  ['a move of a cancelled booking', 'bookings.reschedule', 400, bad("Can't reschedule booking with uid=x because it has been cancelled."), 'REFUSED', 'ALREADY_CANCELLED'],
  ['a move of a cancelled booking, older text', 'bookings.reschedule', 400, bare(400, 'cancelled_bookings_cannot_be_rescheduled'), 'REFUSED', 'ALREADY_CANCELLED'],
  ['a move of a rejected booking', 'bookings.reschedule', 400, bad("Can't reschedule booking with uid=x because it has been rejected."), 'REFUSED', 'REJECTED_EARLIER'],
  ['a move inside the notice', 'bookings.reschedule', 403, bare(403, 'Forbidden'), 'REFUSED', 'OUTSIDE_BOOKING_WINDOW'],
  ['a move to a taken time', 'bookings.reschedule', 400, bad(busyUser), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['absence before the start', 'bookings.markAbsent', 400, bad('Bookings can only be marked as absent after their scheduled start time. Current time in UTC+0: x'), 'REFUSED', 'NOT_STARTED'],
  ['a second confirmation', 'bookings.confirm', 400, envelope('TRPCError', 'Booking already confirmed', undefined), 'REFUSED', 'ALREADY_CONFIRMED'],
  ['confirming a foreign booking, 401', 'bookings.confirm', 401, envelope('TRPCError', 'UNAUTHORIZED', undefined), 'REFUSED', 'FORBIDDEN'],
];

// prettier-ignore
const OTHER_ROWS: Row[] = [
  ['a bad key', 'me.get', 401, envelope('UnauthorizedException', 'CustomThrottlerGuard - Invalid API Key'), 'AUTHENTICATION_FAILED'],
  ['a bad key on a booking', 'bookings.create', 401, envelope('UnauthorizedException', 'CustomThrottlerGuard - Invalid API Key'), 'AUTHENTICATION_FAILED'],
  ['an expired key', 'me.get', 401, envelope('UnauthorizedException', 'ApiAuthStrategy - api key - Your api key is expired'), 'AUTHENTICATION_FAILED'],
  ['a server without licence', 'me.get', 401, envelope('UnauthorizedException', 'ApiAuthStrategy - api key - Invalid or missing CALCOM_LICENSE_KEY environment variable'), 'AUTHENTICATION_FAILED'],
  ['an expired access token', 'me.get', 498, envelope('TokenExpiredException', 'ACCESS_TOKEN_IS_EXPIRED'), 'AUTHENTICATION_FAILED'],
  ['no key, 403', 'bookings.list', 403, envelope('ForbiddenException', 'PermissionsGuard - no authentication provided. Provide it'), 'AUTHENTICATION_FAILED'],
  ['a foreign event type to read', 'eventTypes.get', 404, envelope('NotFoundException', 'Event type with id 1 not found'), 'EVENT_TYPE_NOT_FOUND'],
  ['a foreign event type to delete, 403', 'eventTypes.delete', 403, envelope('ForbiddenException', 'User with ID=1 does not own event type with ID=2'), 'EVENT_TYPE_NOT_FOUND'],
  ['slots of an unknown type', 'slots.list', 404, envelope('NotFoundException', 'Event Type not found'), 'EVENT_TYPE_NOT_FOUND'],
  ['a foreign webhook', 'webhooks.update', 403, envelope('ForbiddenException', 'IsUserWebhookGuard - user with id=(1) is not the owner'), 'NOT_FOUND'],
  ['an unknown webhook', 'webhooks.delete', 404, envelope('NotFoundException', 'Webhook (x) not found'), 'NOT_FOUND'],
  ['a webhook url twice', 'webhooks.create', 409, envelope('ConflictException', 'Webhook with this subscriber url already exists for this user'), 'REFUSED', 'DUPLICATE'],
  ['a slug that exists', 'eventTypes.create', 400, bad('User already has an event type with this slug.'), 'REFUSED', 'SLUG_TAKEN'],
  ['a slug that exists, on change', 'eventTypes.update', 400, envelope('TRPCError', 'error_event_type_url_duplicate', undefined), 'REFUSED', 'SLUG_TAKEN'],
  ['a route this server does not have', 'teams.list', 404, envelope('NotFoundException', 'Cannot GET /v2/teams'), 'UNSUPPORTED'],
  ['a list filtered by a type of others', 'bookings.list', 400, envelope('TRPCError', 'User does not have access to the event type', undefined), 'EVENT_TYPE_NOT_FOUND'],
  ['a 5xx of a read', 'slots.list', 502, undefined, 'UNAVAILABLE'],
  ['a 404 that is not of Cal.com, for a write', 'bookings.create', 404, undefined, 'OUTCOME_UNKNOWN'],
  ['a 404 that is not of Cal.com, for a read', 'bookings.get', 404, undefined, 'UNAVAILABLE'],
  ['a redirect of a write', 'bookings.create', 307, {}, 'OUTCOME_UNKNOWN'],
];

const wrongProperty = (property: string, constraint: string) =>
  envelope('BadRequestException', 'Bad Request Exception', {
    errors: [{ target: { secret: 's3cret' }, property, children: [], constraints: { rule: constraint } }],
  });
const foreignHold =
  'authenticated user is not owner of event type, does not have memberships in common with owner of it';

// prettier-ignore
const RESERVATION_ROWS: Row[] = [
  ['a start that is reserved', 'reservations.create', 422, envelope('UnprocessableEntityException', 'This time slot is already reserved by another user. Please choose a different time.'), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['a start that is booked', 'reservations.create', 422, envelope('UnprocessableEntityException', "Can't reserve a slot if the event is already booked."), 'SLOT_UNAVAILABLE', 'HOST_BUSY'],
  ['seats that are taken', 'reservations.create', 422, envelope('UnprocessableEntityException', 'Booking with id=1 at 2026-12-01T09:00:00Z has no more seats left.'), 'SLOT_UNAVAILABLE', 'SEATS_FULL'],
  ['an unknown type', 'reservations.create', 404, envelope('NotFoundException', 'Event Type with ID=1 not found'), 'EVENT_TYPE_NOT_FOUND'],
  ['a length for a fixed type', 'reservations.create', 400, bad("You passed 'slotDuration' but this event type is not a variable length event type."), 'INVALID_REQUEST', 'LENGTH_NOT_ALLOWED'],
  ['the hold of a type of others', 'reservations.create', 403, envelope('ForbiddenException', foreignHold), 'REFUSED', 'FORBIDDEN'],
  ['a body that is wrong', 'reservations.create', 400, wrongProperty('slotStart', 'slotStart must be a valid ISO 8601 date string'), 'INVALID_REQUEST', 'OTHER'],
  ['one that is gone', 'reservations.get', 404, envelope('NotFoundException', 'Slot with uid=x not found'), 'NOT_FOUND'],
];

// prettier-ignore
const FOREIGN_ROWS: Row[] = [
  ['a foreign event type to change, 404', 'eventTypes.update', 404, envelope('NotFoundException', 'Event type with id 1 not found'), 'EVENT_TYPE_NOT_FOUND'],
  ['foreign schedules', 'schedules.list', 403, envelope('ForbiddenException', 'User 1 does not own schedule 2'), 'NOT_FOUND'],
  ['a foreign webhook to read', 'webhooks.get', 403, envelope('ForbiddenException', 'IsUserWebhookGuard - user with id=(1) is not the owner of webhook with id=(x)'), 'NOT_FOUND'],
  ['a webhook of another type', 'eventTypeWebhooks.get', 403, envelope('ForbiddenException', 'Webhook (x) is not associated with event type (1)'), 'NOT_FOUND'],
  ['webhooks of a foreign type', 'eventTypeWebhooks.list', 403, envelope('ForbiddenException', 'User (1) is not the owner of event type (2)'), 'EVENT_TYPE_NOT_FOUND'],
  ['webhooks of an unknown type', 'eventTypeWebhooks.create', 404, envelope('NotFoundException', 'Event type (2) not found'), 'EVENT_TYPE_NOT_FOUND'],
  ['webhooks of a foreign team', 'teamWebhooks.create', 403, envelope('ForbiddenException', 'RolesGuard - User with id=1 is not part of the team with id=2.'), 'NOT_FOUND'],
  ['a foreign team, which a read of teams takes for none', 'teams.get', 403, envelope('ForbiddenException', 'RolesGuard - User with id=1 is not part of the team with id=2.'), 'REFUSED', 'FORBIDDEN'],
  ['a type that the team has not', 'teamEventTypes.get', 404, envelope('NotFoundException', 'Event type with id 1 not found'), 'EVENT_TYPE_NOT_FOUND'],
  ['a host from outside the team', 'teamEventTypes.create', 404, envelope('NotFoundException', 'Invalid hosts: 5 are not members of team with id 2.'), 'INVALID_REQUEST', 'FIELD_MISSING_OR_INVALID'],
  ['a slug that the team has', 'teamEventTypes.create', 400, bad('Team event type with this slug already exists'), 'REFUSED', 'SLUG_TAKEN'],
];

// prettier-ignore
const REQUEST_ROWS: Row[] = [
  ['a key that is not valid', 'me.get', 401, envelope('UnauthorizedException', 'ApiAuthStrategy - api key - Your api key is not valid'), 'AUTHENTICATION_FAILED'],
  ['no key, 401', 'me.get', 401, envelope('UnauthorizedException', "ApiAuthStrategy - No authentication method provided. Either pass an API key as 'Bearer' header"), 'AUTHENTICATION_FAILED'],
  ['a token that is none', 'bookings.cancel', 401, envelope('UnauthorizedException', 'Invalid Access Token.'), 'AUTHENTICATION_FAILED'],
  ['a list filtered by types that do not exist', 'bookings.list', 400, envelope('TRPCError', 'The requested event-types do not exist.', undefined), 'EVENT_TYPE_NOT_FOUND'],
  ['a page that is too large', 'bookings.list', 400, wrongProperty('take', 'take must not be greater than 250'), 'INVALID_REQUEST', 'OTHER'],
  ['a state that there is not', 'bookings.list', 400, wrongProperty('status', 'Invalid status. Allowed are upcoming, recurring'), 'INVALID_REQUEST', 'OTHER'],
  ['slots of a reversed range', 'slots.list', 400, bad("Invalid time range given - check the 'start' and 'end' query parameters."), 'INVALID_REQUEST', 'OTHER'],
  ['slots in a bad zone', 'slots.list', 400, bad('timeZone property is wrong,timeZone must be a valid IANA time-zone '), 'INVALID_REQUEST', 'FIELD_MISSING_OR_INVALID'],
  ['slots asked in old words', 'slots.list', 400, bad('startTime property is wrong,property startTime should not exist '), 'INVALID_REQUEST', 'OTHER'],
  ['slots in a version without them', 'slots.list', 404, envelope('NotFoundException', 'Cannot GET /v2/slots?eventTypeId=1'), 'UNSUPPORTED'],
  ['slots of an unknown user', 'slots.list', 404, envelope('NotFoundException', 'User with username nobody not found'), 'EVENT_TYPE_NOT_FOUND'],
  ['a webhook of an unknown event', 'webhooks.create', 400, wrongProperty('triggers', 'each value in triggers must be one of the following values: BOOKING_CREATED'), 'INVALID_REQUEST', 'OTHER'],
  ['a webhook to no url', 'webhooks.create', 400, bad('Webhook URL is not allowed: Invalid URL format'), 'INVALID_REQUEST', 'OTHER'],
  ['a place in old words', 'eventTypes.create', 400, bad("Unsupported location type 'inPerson'. Valid types are address, link, integration, and phone."), 'INVALID_REQUEST', 'OTHER'],
  ['a decommissioned API', 'me.get', 410, { message: 'API v1 has been decommissioned. Please migrate to API v2' }, 'UNSUPPORTED'],
];

describe('what an answer of Cal.com means', () => {
  const rows = [CREATE_ROWS, CHANGE_ROWS, OTHER_ROWS, RESERVATION_ROWS, FOREIGN_ROWS, REQUEST_ROWS].flat();

  it('never lets what was sent into the text for the log', () => {
    for (const [, operation, status, body] of rows)
      expect(failure(operation, status, body).message).not.toMatch(/s3cret/);
  });

  for (const [what, operation, status, body, code, reason] of rows) {
    it(`${what} (${operation}, ${status})`, () => {
      const error = failure(operation, status, body);
      expect({ code: error.code, reason: error.details.reason }).toEqual({ code, reason });
      expect(error.details.providerStatus).toBe(status);
    });
  }

  it('names the successor of a booking that was moved before, but not in the text for the log', () => {
    const text =
      "Can't reschedule booking with uid=oldUidOfTheBooking12 because it has been cancelled and rescheduled already to booking " +
      'with uid=newUidOfTheBooking34. You probably want to reschedule newUidOfTheBooking34 instead by passing it within the request URL.';
    const error = failure('bookings.reschedule', 400, bad(text));
    expect(error).toMatchObject({
      code: 'REFUSED',
      details: { reason: 'ALREADY_RESCHEDULED', successorUid: 'newUidOfTheBooking34' },
    });
    expect(error.message).not.toMatch(/UidOfTheBooking/);
  });
});

describe('the five error shapes', () => {
  it.each([
    ['envelope with a details object', bad('words'), 'words'],
    [
      'envelope with reasons listed',
      envelope('BadRequestException', 'Bad Request Exception', {
        errors: [{ target: { secret: 's3cret' }, constraints: { isIn: 'take too big' } }],
      }),
      'Bad Request Exception: take too big',
    ],
    ['envelope with details as text', envelope('ThrottlerException', 'words', 'words'), 'words'],
    ['envelope without details', { status: 'error', error: { code: 'TRPCError', message: 'words' } }, 'words'],
    ['bare', bare(409, 'words'), 'words'],
    ['hosted, with the text beside the error', { status: 'error', message: 'words', error: { code: 'X' } }, 'words'],
    ['error as text', { error: 'words' }, 'words'],
    ['none of them', { data: [] }, undefined],
    ['no object', 'words', undefined],
  ])('%s', (_what, body, text) => {
    expect(messageOf(body)).toBe(text);
  });
});

describe('a rate limit', () => {
  const limited = envelope(
    'ThrottlerException',
    'CustomThrottlerGuard - Too many requests.',
    'CustomThrottlerGuard - Too many requests.',
  );

  it.each([
    ['seconds, whatever the name of the limit', { 'x-ratelimit-reset-default': '42' }, 42],
    ['the longest of several', { 'x-ratelimit-reset-default': '3', 'x-ratelimit-reset-booking': '17' }, 17],
    ['a minute when no header tells', {}, 60],
    ['a minute when the header is nonsense', { 'x-ratelimit-reset-default': 'soon' }, 60],
  ])('waits for %s', (_what, headers, seconds) => {
    const error = failure('bookings.create', 429, limited, headers);
    expect(error).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterSeconds: seconds, providerStatus: 429 } });
  });

  it('understands a reset that is a moment in time, in seconds or milliseconds', () => {
    const now = Date.UTC(2026, 10, 20);
    expect(secondsUntilReset({ 'X-RateLimit-Reset': String(now / 1000 + 30) }, now)).toBe(30);
    expect(secondsUntilReset({ 'X-RateLimit-Reset': String(now + 30_000) }, now)).toBe(30);
  });
});

describe('a call without an answer', () => {
  it.each(['ECONNREFUSED', 'CONNECT_TIMED_OUT', 'ECONNRESET', 'ERR_CANCELED'])(
    'was never sent when %s came before the first byte, so nothing happened',
    (fault) => {
      expect(errorFromFault('bookings.create', fault, { left: false }).code).toBe('UNAVAILABLE');
    },
  );

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_CANCELED', 'ERR_BAD_RESPONSE', 'ECONNREFUSED'])(
    'may have taken effect when %s came after the first byte',
    (fault) => {
      expect(errorFromFault('bookings.create', fault, { left: true }).code).toBe('OUTCOME_UNKNOWN');
      expect(errorFromFault('bookings.get', fault, { left: true }).code).toBe('UNAVAILABLE');
    },
  );
});

it('masks addresses and uids in texts for the log', () => {
  const text = maskedText('Booking with uid=b7Qm2xV9kLr4TzN1pWcYeH of jonas@mail.example not found');
  expect(text).toBe('Booking with uid=[masked] of [masked] not found');
});
