/** A place where Cal.com's file is known to be wrong about Cal.com's servers. */
export interface ContractException {
  /** Matched against `METHOD /path` as in the file. */
  operations: RegExp;
  part: 'request' | 'answer';
  /** Violations of which one of these is true are excused. */
  texts: RegExp[];
  reason: string;
}

const ALL = /./;

/**
 * Each one was measured on a running server or follows from the file itself; the check fails when one of them excuses
 * nothing any more.
 */
export const CONTRACT_EXCEPTIONS: ContractException[] = [
  {
    operations: ALL,
    part: 'request',
    texts: [/^header authorization is unknown$/],
    reason: 'the key is accepted on every operation; the file lists the header on most of them only',
  },
  {
    operations: /^GET \/v2\/bookings$/,
    part: 'request',
    texts: [/^query parameter (limit|cursor) is unknown$/, /^version 2026-05-01 is not the described 2024-08-13$/],
    reason:
      'the list of the hosted service that pages by cursor is newer than the file; every verification asks for it',
  },
  {
    operations: /^(POST|PATCH) \/v2\/schedules/,
    part: 'request',
    texts: [/must match pattern "TIME_FORMAT_HH_MM"$/],
    reason: 'the file gives the name of a constant where a pattern belongs',
  },
  {
    operations: ALL,
    part: 'answer',
    texts: [/must match pattern "TIME_FORMAT_HH_MM"$/],
    reason: 'the file gives the name of a constant where a pattern belongs',
  },
  {
    operations: /^(POST|PATCH) \/v2\/(teams\/{teamId}\/)?event-types/,
    part: 'request',
    texts: [/^\/lengthInMinutesOptions\/\* must be string$/],
    reason: 'the lengths are numbers, as in the example that the file itself gives',
  },
  {
    operations: /^GET \/v2\/slots$/,
    part: 'answer',
    texts: [/^\/(data|status) must be array$/],
    reason: 'the file describes the map inside data as if it were the whole answer',
  },
  {
    operations: ALL,
    part: 'answer',
    texts: [/\/(rating|rescheduledByEmail|description) must be (string|number), is null$/],
    reason: 'bookings carry null where the file knows only a value or its absence',
  },
  {
    operations: ALL,
    part: 'answer',
    texts: [/\/(isDefault|forwardParamsSuccessRedirect|slotInterval) must be object$/],
    reason: 'booleans and a number of event types whose type the file has lost',
  },
  {
    operations: /^GET \/v2\/bookings$/,
    part: 'answer',
    texts: [/^\/pagination\/currentPage must be >= 1$/],
    reason: 'measured: a list without any booking is on page 0',
  },
  {
    operations: ALL,
    part: 'answer',
    texts: [/\/bookingWindow must be array/],
    reason: 'a type has one booking window, an object',
  },
  {
    operations: ALL,
    part: 'answer',
    texts: [/\/seats must have required property '(seatsPerTimeSlot|showAttendeeInfo|showAvailabilityCount)'$/],
    reason: 'types without seats say {"disabled":true}',
  },
  {
    operations: ALL,
    part: 'answer',
    texts: [/\/(users|hosts)\/\* must be string$/],
    reason: 'users and hosts are objects',
  },
  {
    operations: /\/webhooks/,
    part: 'answer',
    texts: [/\/id must be number$/, /\/(payloadTemplate|secret) must be string, is null$/],
    reason: 'the id of a webhook is a uuid, and what was not set is null',
  },
  {
    operations: /^POST \/v2\/teams$/,
    part: 'answer',
    texts: [/^\/data must have required property '(message|paymentLink|pendingTeam)'$/],
    reason: 'of the two alternatives of the file the one for teams without payment fits, but for its nulls',
  },
  {
    operations: ALL,
    part: 'answer',
    texts: [
      /^\/data(\/\*)?\/(appIconLogo|appLogo|bannerUrl|bio|brandColor|calVideoLogo|darkBrandColor|logoUrl|parentId|theme|timeFormat) must be (string|number), is null$/,
    ],
    reason: 'what a team has not set is null',
  },
  {
    operations: /\/v2\/teams\/{teamId}\/memberships/,
    part: 'answer',
    texts: [/\/user\/(avatarUrl|bio) must be string, is null$/],
    reason: 'what a member has not set is null',
  },
  {
    operations: /^GET \/v2\/teams\/{teamId}\/memberships$/,
    part: 'answer',
    texts: [/^\/data must be object$/],
    reason: 'the list of members is a list; the file describes one member',
  },
  {
    operations: /\/v2\/teams\/{teamId}\/event-types/,
    part: 'answer',
    texts: [
      /^\/data(\/\*)?\/team must have required property/,
      /\/team\/\w+ must be string, is null$/,
      /^\/data(\/\*)? must have required property '(bookingRequiresAuthentication|hidden)'$/,
    ],
    reason: 'recorded on a server of May 2025, which has fewer properties than the file of 2026',
  },
  {
    operations: /\/v2\/bookings/,
    part: 'answer',
    texts: [/\/(hosts|attendees)\/\* must have required property 'displayEmail'$/],
    reason: 'bookings of teams were recorded on a server of May 2025, which did not have this property',
  },
];
