/** A place where Cal.com's file is known to be wrong about Cal.com's servers. */
export interface ContractException {
  /** `METHOD /path` as in the file. */
  operations: string[] | 'all';
  part: 'request' | 'answer';
  /** Violations of which one of these is true are excused. */
  texts: RegExp[];
  reason: string;
}

const TEAM_TYPES = ['POST /v2/teams/{teamId}/event-types', 'GET /v2/teams/{teamId}/event-types'];
const WEBHOOKS = ['/v2/webhooks', '/v2/webhooks/{webhookId}', '/v2/event-types/{eventTypeId}/webhooks'];

/**
 * Each one was measured on a running server or follows from the file itself; the check fails when one of them excuses
 * nothing any more.
 */
export const CONTRACT_EXCEPTIONS: ContractException[] = [
  {
    operations: 'all',
    part: 'request',
    texts: [/^header authorization is unknown$/],
    reason: 'the key is accepted on every operation; the file lists the header on most of them only',
  },
  {
    operations: ['POST /v2/schedules', 'PATCH /v2/schedules/{scheduleId}'],
    part: 'request',
    texts: [/must match pattern "TIME_FORMAT_HH_MM"$/],
    reason: 'the file gives the name of a constant where a pattern belongs',
  },
  {
    operations: 'all',
    part: 'answer',
    texts: [/must match pattern "TIME_FORMAT_HH_MM"$/],
    reason: 'the file gives the name of a constant where a pattern belongs',
  },
  {
    operations: ['POST /v2/event-types'],
    part: 'request',
    texts: [/^\/lengthInMinutesOptions\/\* must be string$/],
    reason: 'the lengths are numbers, as in the example that the file itself gives',
  },
  {
    operations: ['GET /v2/slots'],
    part: 'answer',
    texts: [/^\/(data|status) must be array$/],
    reason: 'the file describes the map inside data as if it were the whole answer',
  },
  {
    operations: 'all',
    part: 'answer',
    texts: [/\/(rating|rescheduledByEmail|description) must be (string|number), is null$/],
    reason: 'bookings carry null where the file knows only a value or its absence',
  },
  {
    operations: 'all',
    part: 'answer',
    texts: [/\/bookingFields\/\*\/isDefault must be object/, /\/forwardParamsSuccessRedirect must be object/],
    reason: 'both are booleans; the file has lost their type',
  },
  {
    operations: 'all',
    part: 'answer',
    texts: [/\/bookingWindow must be array/],
    reason: 'a type has one booking window, an object',
  },
  {
    operations: 'all',
    part: 'answer',
    texts: [/\/seats must have required property '(seatsPerTimeSlot|showAttendeeInfo|showAvailabilityCount)'$/],
    reason: 'types without seats say {"disabled":true}',
  },
  {
    operations: 'all',
    part: 'answer',
    texts: [/\/(users|hosts)\/\* must be string$/],
    reason: 'users and hosts are objects',
  },
  {
    operations: WEBHOOKS.flatMap((path) => ['GET', 'POST', 'PATCH', 'DELETE'].map((method) => `${method} ${path}`)),
    part: 'answer',
    texts: [/\/id must be number$/, /\/(payloadTemplate|secret) must be string, is null$/],
    reason: 'the id of a webhook is a uuid, and what was not set is null',
  },
  {
    operations: ['POST /v2/teams'],
    part: 'answer',
    texts: [/^\/data must have required property '(message|paymentLink|pendingTeam)'$/],
    reason: 'of the two alternatives of the file the one for teams without payment fits, but for its nulls',
  },
  {
    operations: 'all',
    part: 'answer',
    texts: [
      /^\/data(\/\*)?\/(appIconLogo|appLogo|bannerUrl|bio|brandColor|calVideoLogo|darkBrandColor|logoUrl|parentId|theme|timeFormat) must be (string|number), is null$/,
    ],
    reason: 'what a team has not set is null',
  },
  {
    operations: TEAM_TYPES,
    part: 'answer',
    texts: [
      /^\/data(\/\*)?\/team must have required property/,
      /\/team\/\w+ must be string, is null$/,
      /^\/data(\/\*)? must have required property '(bookingRequiresAuthentication|hidden)'$/,
    ],
    reason: 'recorded on a server of May 2025, which has fewer properties than the file of 2026',
  },
];
