import {
  RefusalReason,
  SchedulingError,
  SchedulingErrorCode,
  SchedulingErrorDetails,
} from '../../scheduling/scheduling-error';
import { isWrite, OperationName } from './operations';
import { isRecord } from './wire';

/** An answer of Cal.com, or of something in between. `body` is undefined when it was not JSON. */
export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: unknown;
}

interface Rule {
  /** Any status of the 400s when absent. */
  status?: readonly number[];
  marker?: RegExp;
  operations?: readonly OperationName[];
  code: SchedulingErrorCode;
  reason?: RefusalReason;
}

const PLACING: readonly OperationName[] = ['bookings.create', 'bookings.reschedule'];
const BOOKING_CHANGES: readonly OperationName[] = [
  'bookings.create',
  'bookings.reschedule',
  'bookings.cancel',
  'bookings.confirm',
  'bookings.decline',
  'bookings.markAbsent',
];

/** Answered with a 403 where the thing is another account's. */
const FOREIGN_WITHOUT_A_WORD: readonly OperationName[] = [
  'webhooks.get',
  'webhooks.update',
  'webhooks.delete',
  'eventTypeWebhooks.list',
  'eventTypeWebhooks.get',
  'eventTypeWebhooks.create',
  'eventTypeWebhooks.update',
  'eventTypeWebhooks.delete',
  'teamWebhooks.list',
  'teamWebhooks.get',
  'teamWebhooks.create',
  'teamWebhooks.update',
  'teamWebhooks.delete',
  'schedules.list',
  'teams.list',
];

/**
 * The one place where meaning is taken from Cal.com's texts: it sends no error codes, and the same refusal comes as
 * 400, 403, 409 or 422 depending on path and version. The first matching row decides; rows apply to answers of the
 * 400s only, a 5xx of a write is never trusted to mean "nothing happened".
 */
// prettier-ignore
const RULES: readonly Rule[] = [
  // The time is taken.
  { marker: /already has booking at this time or is not available/i, code: 'SLOT_UNAVAILABLE', reason: 'HOST_BUSY' },
  { marker: /booking_conflict_error/, code: 'SLOT_UNAVAILABLE', reason: 'HOST_BUSY' },
  { marker: /(hosts?_unavailable_for_booking|no_available_users_found_error)/, code: 'SLOT_UNAVAILABLE', reason: 'HOST_BUSY' },
  // The loser of a race on one start, where the server runs in production mode.
  { status: [400], marker: /error occurred while querying the database/i, operations: PLACING, code: 'SLOT_UNAVAILABLE', reason: 'HOST_BUSY' },
  { marker: /already reserved by another user|reserve a slot if the event is already booked/i, code: 'SLOT_UNAVAILABLE', reason: 'HOST_BUSY' },
  { marker: /No more seats left/i, code: 'SLOT_UNAVAILABLE', reason: 'SEATS_FULL' },
  { marker: /already_signed_up_for_this_booking_error/, code: 'REFUSED', reason: 'DUPLICATE' },
  { status: [409], operations: PLACING, code: 'SLOT_UNAVAILABLE', reason: 'HOST_BUSY' },

  // The type's limits. `booking_limit_reached` comes as a flat 401: not a bad key.
  { marker: /(booking|duration)_limit_reached/, code: 'REFUSED', reason: 'LIMIT_REACHED' },
  { marker: /can't be booked at the "start" time provided/i, code: 'REFUSED', reason: 'OUTSIDE_BOOKING_WINDOW' },
  { marker: /book a meeting in the past/i, code: 'REFUSED', reason: 'IN_THE_PAST' },
  { marker: /maximum number of active bookings/i, code: 'REFUSED', reason: 'ATTENDEE_LIMIT_REACHED' },
  { marker: /booker_email_blocked/, code: 'REFUSED', reason: 'ATTENDEE_BLOCKED' },
  { marker: /booker_email_requires_login|checkBookingRequiresAuthentication|invalid_verification_code/, code: 'REFUSED', reason: 'AUTHENTICATION_REQUIRED' },
  { marker: /parent managed event type/i, code: 'REFUSED', reason: 'MANAGED_PARENT' },
  { status: [422], operations: PLACING, code: 'REFUSED', reason: 'NO_HOSTS' },
  { marker: /'?lengthInMinutes'?.*(multiple possible|possible) lengths/i, code: 'INVALID_REQUEST', reason: 'LENGTH_NOT_ALLOWED' },

  // What was sent cannot be taken.
  { marker: /Missing required booking field|Missing attendee phone number|invalid_number|error_required_field|email_validation_error/, code: 'INVALID_REQUEST', reason: 'FIELD_MISSING_OR_INVALID' },
  { operations: ['slots.list'], marker: /Invalid time range/i, code: 'INVALID_REQUEST', reason: 'OTHER' },
  { marker: /You passed 'slotDuration'/, code: 'INVALID_REQUEST', reason: 'LENGTH_NOT_ALLOWED' },
  { status: [404], marker: /^Invalid hosts/, code: 'INVALID_REQUEST', reason: 'FIELD_MISSING_OR_INVALID' },
  { marker: /must be a valid IANA time-zone/, code: 'INVALID_REQUEST', reason: 'FIELD_MISSING_OR_INVALID' },
  { marker: /Cancellation reason is required/i, code: 'INVALID_REQUEST', reason: 'FIELD_MISSING_OR_INVALID' },

  // The booking's state does not allow it.
  { marker: /rescheduled already to booking with uid=/i, code: 'REFUSED', reason: 'ALREADY_RESCHEDULED' },
  { marker: /has been cancelled already|because it has been cancelled|cancelled_bookings_cannot_be_rescheduled/i, code: 'REFUSED', reason: 'ALREADY_CANCELLED' },
  { marker: /because it has been rejected/i, code: 'REFUSED', reason: 'REJECTED_EARLIER' },
  { marker: /does not allow cancellations/i, code: 'REFUSED', reason: 'CANCELLING_DISABLED' },
  { marker: /already ended/i, code: 'REFUSED', reason: 'ALREADY_ENDED' },
  { marker: /marked as absent after their scheduled start/i, code: 'REFUSED', reason: 'NOT_STARTED' },
  { marker: /Booking already confirmed/i, code: 'REFUSED', reason: 'ALREADY_CONFIRMED' },
  // Inside the minimum reschedule notice: a flat 403 without a text of its own.
  { status: [403], operations: ['bookings.reschedule'], code: 'REFUSED', reason: 'OUTSIDE_BOOKING_WINDOW' },

  // Names that exist already.
  { marker: /event type with this slug|error_event_type_url_duplicate/i, code: 'REFUSED', reason: 'SLUG_TAKEN' },
  { marker: /subscriber url already exists/i, code: 'REFUSED', reason: 'DUPLICATE' },
  { status: [409], code: 'REFUSED', reason: 'DUPLICATE' },

  // The key. Confirming a foreign booking is a 401 as well, and says nothing about the key.
  { status: [401, 498], marker: /ApiAuthStrategy|CustomThrottlerGuard|Invalid Access Token|api key|authentication method|LICENSE_KEY|ACCESS_TOKEN_IS_EXPIRED/i, code: 'AUTHENTICATION_FAILED' },
  { status: [403], marker: /PermissionsGuard - no authentication provided/i, code: 'AUTHENTICATION_FAILED' },
  { status: [401], operations: BOOKING_CHANGES, code: 'REFUSED', reason: 'FORBIDDEN' },
  { status: [401, 498], code: 'AUTHENTICATION_FAILED' },

  // Not there, or another account's, which must look the same.
  { status: [404], marker: /^Cannot (GET|POST|PATCH|PUT|DELETE) /, code: 'UNSUPPORTED' },
  // Cancelling one seat can answer this although the seat was cancelled.
  { status: [404], marker: /Invalid Query: The requested record was not found/i, operations: ['bookings.cancel'], code: 'OUTCOME_UNKNOWN' },
  { status: [404], marker: /Event[ -]?Type|User with username/i, code: 'EVENT_TYPE_NOT_FOUND' },
  { status: [403], operations: ['eventTypes.get', 'eventTypes.update', 'eventTypes.delete'], code: 'EVENT_TYPE_NOT_FOUND' },
  { status: [404], marker: /Booking with (uid|seatUid)=/i, code: 'BOOKING_NOT_FOUND' },
  { status: [403], marker: /not the owner of event type/i, code: 'EVENT_TYPE_NOT_FOUND' },
  { status: [403], operations: FOREIGN_WITHOUT_A_WORD, code: 'NOT_FOUND' },
  { status: [404], code: 'NOT_FOUND' },
  { status: [403], code: 'REFUSED', reason: 'FORBIDDEN' },
  { status: [410], code: 'UNSUPPORTED' },

  // An event type in a list's filter that is not there.
  { status: [400], marker: /event-types do not exist|have access to the event type/i, operations: ['bookings.list'], code: 'EVENT_TYPE_NOT_FOUND' },

  // The catch-alls.
  { status: [400], marker: /property is wrong|Bad Request Exception|^metadata\b|^responses\b|in JSON at position|end of JSON input|Webhook URL is not allowed|Unsupported location type/i, code: 'INVALID_REQUEST', reason: 'OTHER' },
  { status: [413], code: 'INVALID_REQUEST', reason: 'OTHER' },
  { status: [400, 422], code: 'REFUSED', reason: 'OTHER' },
];

/** What an answer outside 2xx means for the operation that got it. Bodies that are not Cal.com's own are not trusted. */
export function errorFromAnswer(operation: OperationName, answer: Answer): SchedulingError {
  const { status } = answer;
  if (status === 429) {
    const retryAfterSeconds = secondsUntilReset(answer.headers, Date.now());
    return new SchedulingError('RATE_LIMITED', `${operation}: rate limited`, {
      retryAfterSeconds,
      providerStatus: status,
    });
  }
  const message = messageOf(answer.body);
  const isRefusal = status >= 400 && status < 500;
  const rule = isRefusal && message !== undefined ? ruleFor(operation, status, message) : undefined;
  if (message === undefined || !rule)
    return untrustedAnswer(operation, status, maskedText(message ?? 'no readable body'));
  return new SchedulingError(
    rule.code,
    `${operation}: ${status} ${maskedText(message)}`,
    detailsOf(rule, message, status),
  );
}

function detailsOf({ reason }: Rule, message: string, providerStatus: number): SchedulingErrorDetails {
  const successorUid = reason === 'ALREADY_RESCHEDULED' ? successorIn(message) : undefined;
  return { ...(reason ? { reason } : {}), ...(successorUid ? { successorUid } : {}), providerStatus };
}

/** An answer that says nothing reliable: a write may have taken effect, a read may be tried again. */
export function untrustedAnswer(operation: OperationName, status: number, why: string): SchedulingError {
  const code = isWrite(operation) ? 'OUTCOME_UNKNOWN' : 'UNAVAILABLE';
  return new SchedulingError(code, `${operation}: ${status} ${why}`, { providerStatus: status });
}

/** A call that got no answer; `fault` is the socket's code or the HTTP client's. */
class CallFault extends SchedulingError {
  constructor(
    code: SchedulingErrorCode,
    message: string,
    readonly fault: string,
    cause: unknown,
  ) {
    super(code, message, {}, { cause });
  }
}

/**
 * What a missing answer means.
 *
 * @param left whether a first byte had been written: the outcome of a write is unknown then, and only then.
 */
export function errorFromFault(
  operation: OperationName,
  fault: string,
  { left, cause }: { left: boolean; cause?: unknown },
): SchedulingError {
  const code = left && isWrite(operation) ? 'OUTCOME_UNKNOWN' : 'UNAVAILABLE';
  return new CallFault(code, `${operation}: ${fault}`, fault, cause);
}

/**
 * Whether a read may be sent again soon: after 5xx and faults of the network. A time-out has used up the caller's
 * patience, an answer that makes no sense would make none the second time, and a forbidden address stays forbidden.
 */
export function isPassing(error: SchedulingError): boolean {
  if (error instanceof CallFault)
    return !['ERR_CANCELED', 'ADDRESS_NOT_PUBLIC', 'ANSWER_TOO_LARGE'].includes(error.fault);
  return error.code === 'UNAVAILABLE' && (error.details.providerStatus ?? 0) >= 500;
}

/**
 * Faults that say nothing about the host: an answer that was too large or broke off came from somebody, and what was
 * never sent was seen by nobody.
 */
const NO_EVIDENCE = new Set([
  'ERR_BAD_RESPONSE',
  'ANSWER_TOO_LARGE',
  'ABORTED_BEFORE_SENDING',
  'NOT_SENT',
  'ADDRESS_NOT_PUBLIC',
]);

/**
 * What a failure says about the host's health. A 5xx of a write is no outage: one strange input can cause it. Neither
 * does an answer without meaning prove anything: it may be the page of a proxy.
 */
export function outageEvidence(operation: OperationName, error: unknown): 'answered' | 'failing' | 'none' {
  if (error instanceof CallFault) return NO_EVIDENCE.has(error.fault) ? 'none' : 'failing';
  if (!(error instanceof SchedulingError) || error.details.providerStatus === undefined) return 'none';
  if (error.code === 'UNAVAILABLE' || error.code === 'OUTCOME_UNKNOWN') {
    return error.details.providerStatus >= 500 && !isWrite(operation) ? 'failing' : 'none';
  }
  return 'answered';
}

function ruleFor(operation: OperationName, status: number, message: string): Rule | undefined {
  return RULES.find(
    (rule) =>
      (rule.status?.includes(status) ?? true) &&
      (rule.operations?.includes(operation) ?? true) &&
      (rule.marker?.test(message) ?? true),
  );
}

/** Cal.com's text out of any of its five error shapes; undefined when the body has none of them. */
export function messageOf(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const error = isRecord(body.error) ? body.error : {};
  const details = isRecord(error.details) ? error.details : { message: error.details };
  const texts = [error.message, details.message, body.message, body.error];
  const text = texts.find((candidate): candidate is string => typeof candidate === 'string' && candidate !== '');
  const listed = Array.isArray(details.errors) ? constraintTexts(details.errors) : '';
  return text && listed ? `${text}: ${listed}` : text;
}

/** Only the constraints: the rest of a validation error repeats what was sent, a webhook's secret included. */
function constraintTexts(errors: unknown[]): string {
  const constraints = errors.map((item) => (isRecord(item) && isRecord(item.constraints) ? item.constraints : {}));
  return constraints.flatMap((each) => Object.values(each).filter((text) => typeof text === 'string')).join('; ');
}

/** "... rescheduled already to booking with uid=NEW. You probably want to ..." */
function successorIn(message: string): string | undefined {
  return /rescheduled already to booking with uid=([\w-]+)/i.exec(message)?.[1];
}

/** A text of Cal.com's without booking uids and e-mail addresses, for the log. */
export function maskedText(text: string): string {
  return text
    .slice(0, 500)
    .replace(/(uid=)[\w-]+/gi, '$1[masked]')
    .replace(/(instead of|reschedule) [\w-]{20,}( instead)/gi, '$1 [masked]$2')
    .replace(/[^\s@"'<>()]+@[^\s@"'<>()]+/g, '[masked]');
}

/** Where no header tells: Cal.com blocks an overrun key for a minute. */
const BLOCKED_SECONDS = 60;
/** Values above this are a moment in time (epoch), not a duration. */
const EPOCH_FROM = 1_000_000_000;

/** From any `x-ratelimit-reset*` header, whose suffix is the limit's name: seconds, or an epoch behind some proxies. */
export function secondsUntilReset(headers: Record<string, unknown>, nowMs: number): number {
  const resets = Object.entries(headers)
    .filter(([name]) => /^(x-ratelimit-reset|retry-after$)/i.test(name))
    .map(([, value]) => Number(value))
    .filter((value) => Number.isFinite(value) && value > 0)
    .map((value) => (value < EPOCH_FROM ? value : (value > EPOCH_FROM * 1000 ? value / 1000 : value) - nowMs / 1000));
  const longest = Math.max(0, ...resets);
  return longest > 0 ? Math.ceil(longest) : BLOCKED_SECONDS;
}
