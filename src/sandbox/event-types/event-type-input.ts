import { badRequest, Json } from '../http/errors';
import {
  custom,
  Field,
  globalPipe,
  isArray,
  isBoolean,
  isEnum,
  isInt,
  isNumber,
  isPlainObject,
  isObject,
  isString,
  minimum,
} from '../http/validation';
import { EventTypeInput } from '../store/records';

const optional = (name: string, ...rules: Field['rules']): Field => ({ name, rules, optional: true });

const CREATE: Field[] = [
  { name: 'lengthInMinutes', rules: [minimum(1), isInt] },
  { name: 'title', rules: [isString] },
  { name: 'slug', rules: [isString] },
  ...['description', 'successRedirectUrl', 'customName', 'interfaceLanguage'].map((name) => optional(name, isString)),
  ...['lengthInMinutesOptions', 'bookingFields', 'locations'].map((name) => optional(name, isArray)),
  ...[
    'disableGuests',
    'onlyShowFirstAvailableSlot',
    'requiresBookerEmailVerification',
    'hideCalendarNotes',
    'hideCalendarEventDetails',
    'hideOrganizerEmail',
    'lockTimeZoneToggleOnBookingPage',
    'hidden',
    'bookingRequiresAuthentication',
  ].map((name) => optional(name, isBoolean)),
  ...['minimumBookingNotice', 'beforeEventBuffer', 'afterEventBuffer', 'offsetStart'].map((name) =>
    optional(name, minimum(0), isInt),
  ),
  optional('slotInterval', isNumber),
  optional('scheduleId', isNumber),
  ...[
    'bookingLimitsCount',
    'bookingLimitsDuration',
    'bookerActiveBookingsLimit',
    'bookingWindow',
    'bookerLayouts',
    'confirmationPolicy',
    'recurrence',
    'color',
    'seats',
    'destinationCalendar',
    'disableCancelling',
    'disableRescheduling',
    'calVideoSettings',
  ].map((name) => optional(name, isObject)),
];

const CHANGE = CREATE.map((field) => ({ ...field, optional: true }));

const PRIORITIES = ['lowest', 'low', 'medium', 'high', 'highest'];

function isHost(value: unknown): boolean {
  if (!isPlainObject(value) || typeof value.userId !== 'number') return false;
  const { mandatory = false, priority = 'medium' } = value;
  return typeof mandatory === 'boolean' && PRIORITIES.includes(priority as string);
}

const areHosts = custom(
  'hosts',
  'each value in $ must have a userId and may have mandatory and a priority',
  (value) => Array.isArray(value) && value.every(isHost),
);

const TEAM: Field[] = [optional('hosts', areHosts, isArray), optional('assignAllTeamMembers', isBoolean)];

const SCHEDULING: Field = { name: 'schedulingType', rules: [isEnum(['collective', 'roundRobin', 'managed'])] };

const PLACES = ['address', 'link', 'integration', 'phone'];
const ATTENDEE_PLACES = ['attendeeAddress', 'attendeePhone', 'attendeeDefined', 'organizersDefaultApp'];

function checkLocations(input: Json): void {
  for (const place of (input.locations as Json[] | undefined) ?? []) {
    const type = String(place.type);
    if (PLACES.includes(type) || ATTENDEE_PLACES.includes(type)) continue;
    throw badRequest(`Unsupported location type '${type}'. Valid types are address, link, integration, and phone.`);
  }
}

/** Throws 400; unknown properties, `requiresConfirmation` among them, are dropped without a word. */
export function readEventType(body: unknown, forTeam = false): EventTypeInput {
  const input = globalPipe(forTeam ? [...CREATE, SCHEDULING, ...TEAM] : CREATE, body);
  checkLocations(input);
  return input as unknown as EventTypeInput;
}

export function readEventTypeChange(body: unknown, forTeam = false): Partial<EventTypeInput> {
  const input = globalPipe(forTeam ? [...CHANGE, { ...SCHEDULING, optional: true }, ...TEAM] : CHANGE, body);
  checkLocations(input);
  return input;
}
