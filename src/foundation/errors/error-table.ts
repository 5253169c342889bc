interface ErrorRow {
  status: number;
  /** What a caller reads when nothing more precise is said. */
  message: string;
  /** What a caller can do about it; for `docs/errors.md`. */
  remedy: string;
  /** Codes of older guides that mean this. */
  formerly?: string[];
}

/** The one table of errors: the type, the HTTP status, the OpenAPI document and `docs/errors.md` come from here. */
export const ERROR_TABLE = {
  VALIDATION_ERROR: {
    status: 400,
    message: 'The request is not valid.',
    remedy: '`details.fields` names each field and the reason.',
    formerly: ['INVALID_REQUEST', 'BAD_REQUEST', 'MISSING_REQUIRED_FIELD', 'INVALID_DATE_RANGE'],
  },
  INVALID_TIMEZONE: {
    status: 400,
    message: 'The time zone is not a known IANA zone.',
    remedy: 'Send a name such as `Europe/Berlin`.',
    formerly: ['INVALID_TIME_ZONE'],
  },
  UNAUTHORIZED: {
    status: 401,
    message: 'A valid key is required.',
    remedy: 'Send `Authorization: Bearer <key>`. The answer is the same for a missing, unknown and revoked key.',
    formerly: ['AUTHENTICATION_ERROR', 'INVALID_API_KEY'],
  },
  FORBIDDEN: {
    status: 403,
    message: 'This key may not do that.',
    remedy: 'Use a key of the kind that the route asks for, from an origin that is listed for it.',
    formerly: ['PERMISSION_DENIED'],
  },
  NOT_FOUND: {
    status: 404,
    message: 'There is no such thing here.',
    remedy: 'Check the id; ids of other companies answer exactly the same.',
    formerly: ['RESOURCE_NOT_FOUND'],
  },
  EVENT_TYPE_NOT_FOUND: {
    status: 404,
    message: 'There is no such event type.',
    remedy: 'List `GET /api/event-types`, or sync if it is new at the provider.',
    formerly: ['INVALID_EVENT_TYPE'],
  },
  SERVICE_NOT_FOUND: {
    status: 404,
    message: 'There is no such service.',
    remedy: 'List `GET /api/services`.',
  },
  STAFF_NOT_FOUND: {
    status: 404,
    message: 'There is no such member of the staff.',
    remedy: 'List `GET /api/staff`; `details.fields` says which one, where several were named.',
  },
  BOOKING_NOT_FOUND: {
    status: 404,
    message: 'There is no such booking.',
    remedy: 'Check the id.',
    formerly: ['INVALID_BOOKING_ID', 'RESERVATION_NOT_FOUND'],
  },
  SLOT_UNAVAILABLE: {
    status: 409,
    message: 'This time is not free.',
    remedy: 'Choose another time; repeating the request cannot help.',
    formerly: ['SLOT_NOT_AVAILABLE', 'BOOKING_CONFLICT', 'TIME_SLOT_TAKEN'],
  },
  CONFLICT: {
    status: 409,
    message: 'The state of the object does not allow this.',
    remedy: '`details.reason` says which state.',
  },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    message: 'A request with this Idempotency-Key is still being worked on.',
    remedy: 'Repeat the same request after `Retry-After` seconds.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    message: 'The request body is too large.',
    remedy: 'Bodies are at most 100 kB, webhooks 1 MB.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    message: 'The body must be application/json.',
    remedy: 'Send `Content-Type: application/json`.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    message: 'This Idempotency-Key was used with another request.',
    remedy: 'Use a new key for a new request.',
  },
  BOOKING_REFUSED: {
    status: 422,
    message: 'The provider refused this request.',
    remedy: '`details.reason` says why; nothing was booked or changed.',
    formerly: ['BOOKING_FAILED'],
  },
  NOT_SUPPORTED_BY_PROVIDER: {
    status: 422,
    message: "This connection's provider cannot do that.",
    remedy: "See the connection's capabilities.",
  },
  SERVICE_NOT_READY: {
    status: 422,
    message: 'The company is not ready for this.',
    remedy: '`details.reason` says what is missing, for example a verified connection.',
  },
  RATE_LIMIT_EXCEEDED: {
    status: 429,
    message: 'Too many requests.',
    remedy: 'Repeat after `Retry-After` seconds.',
    formerly: ['RATE_LIMITED', 'TOO_MANY_REQUESTS'],
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    message: 'Something went wrong on our side.',
    remedy: 'Quote the correlation id when you report it.',
    formerly: ['INTERNAL_ERROR', 'SERVER_ERROR'],
  },
  PROVIDER_AUTHENTICATION_FAILED: {
    status: 502,
    message: "The provider does not accept this company's credential.",
    remedy: "Renew the connection's credential; the company is flagged.",
    formerly: ['CALCOM_AUTH_ERROR'],
  },
  PROVIDER_UNAVAILABLE: {
    status: 503,
    message: 'The provider cannot be reached.',
    remedy: 'Repeat later with the same Idempotency-Key.',
    formerly: ['CALCOM_API_ERROR', 'SERVICE_UNAVAILABLE', 'NETWORK_ERROR', 'TIMEOUT'],
  },
  OUTCOME_UNKNOWN: {
    status: 503,
    message: 'The provider did not answer; the change may or may not have happened.',
    remedy: 'Read the booking, or repeat with the same Idempotency-Key; the outcome is looked up, never guessed.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERROR_TABLE;
export const ERROR_CODES = Object.keys(ERROR_TABLE) as ErrorCode[];
