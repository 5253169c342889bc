import { SchedulingError } from '../../scheduling/scheduling-error';
import {
  EventType,
  EventTypeDraft,
  EventTypeLocation,
  SchedulingType,
  TeamEventTypeDraft,
} from '../../scheduling/words';
import { isId } from './ids';
import { toHost } from './mapper';
import { isPriceOfApp, isRecord, WireEventType, WireLocation, WireSwitch } from './wire';

const SCHEDULING_TYPES: Record<string, SchedulingType> = {
  roundRobin: 'round-robin',
  ROUND_ROBIN: 'round-robin',
  collective: 'collective',
  COLLECTIVE: 'collective',
  managed: 'managed',
  MANAGED: 'managed',
};

export function toEventType(wire: WireEventType): EventType {
  return {
    providerId: String(wire.id),
    title: wire.title,
    slug: wire.slug,
    description: wire.description ?? '',
    lengthMinutes: wire.lengthInMinutes,
    lengthOptions: wire.lengthInMinutesOptions ?? [],
    hidden: wire.hidden ?? false,
    authenticationRequired: wire.bookingRequiresAuthentication ?? false,
    schedulingType: SCHEDULING_TYPES[wire.schedulingType ?? ''] ?? 'individual',
    hosts: toHosts(wire),
    bookingFields: toBookingFields(wire),
    locations: (wire.locations ?? []).map(toLocation),
    ...minutes(wire),
    ...switches(wire),
    ...optionalFields(wire),
    ...price(wire),
  };
}

function toHosts({ hosts, users }: WireEventType): EventType['hosts'] {
  return (hosts?.length ? hosts : (users ?? [])).map(toHost);
}

/** Apps for payment keep the price with their own settings; the type's own property is older, and 0 beside them. */
function price(wire: WireEventType): Pick<EventType, 'price' | 'currency'> {
  const apps = isRecord(wire.metadata?.apps) ? Object.values(wire.metadata.apps) : [];
  const paid = wire.price ? undefined : apps.find(isPriceOfApp);
  const currency = paid?.currency ?? wire.currency;
  return { price: paid?.price ?? wire.price ?? 0, ...(currency ? { currency } : {}) };
}

function minutes(
  wire: WireEventType,
): Pick<EventType, 'minimumNoticeMinutes' | 'beforeBufferMinutes' | 'afterBufferMinutes'> {
  return {
    minimumNoticeMinutes: wire.minimumBookingNotice ?? 0,
    beforeBufferMinutes: wire.beforeEventBuffer ?? 0,
    afterBufferMinutes: wire.afterEventBuffer ?? 0,
  };
}

/** Settings that servers answer as an object, as `{disabled: true}` or not at all. */
function switches(
  wire: WireEventType,
): Pick<EventType, 'requiresConfirmation' | 'recurring' | 'cancellingDisabled' | 'reschedulingDisabled'> {
  return {
    requiresConfirmation: isOn(wire.confirmationPolicy),
    recurring: isOn(wire.recurrence),
    // Here the word is the setting itself: `{disabled: true}` forbids.
    cancellingDisabled: wire.disableCancelling?.disabled === true,
    reschedulingDisabled: wire.disableRescheduling?.disabled === true,
  };
}

function isOn(setting: WireSwitch | null | undefined): boolean {
  return setting !== null && setting !== undefined && setting.disabled !== true;
}

function optionalFields(wire: WireEventType): Partial<EventType> {
  const seats = isOn(wire.seats) ? wire.seats?.seatsPerTimeSlot : undefined;
  return {
    ...(wire.slotInterval ? { slotIntervalMinutes: wire.slotInterval } : {}),
    ...(seats ? { seatsPerSlot: seats } : {}),
    ...(wire.teamId ? { teamId: String(wire.teamId) } : {}),
    ...(wire.scheduleId ? { scheduleId: String(wire.scheduleId) } : {}),
  };
}

/** Hidden fields are filled by the provider itself, whatever they say about being required. */
function toBookingFields(wire: WireEventType): EventType['bookingFields'] {
  return (wire.bookingFields ?? []).flatMap(({ slug, type, required, label, hidden }) =>
    slug
      ? [{ slug, type: type ?? 'text', required: required === true && hidden !== true, ...(label ? { label } : {}) }]
      : [],
  );
}

function toLocation(wire: WireLocation): EventTypeLocation {
  const value = wire.address ?? wire.link ?? wire.phone ?? wire.integration ?? wire.location;
  return value === undefined ? { type: wire.type } : { type: wire.type, value };
}

/**
 * The body for creating or changing a type. The older words `requiresConfirmation` and `inPerson` would be dropped or
 * refused, so both are translated.
 *
 * @throws SchedulingError `INVALID_REQUEST` for a location that Cal.com does not know or that lacks its value.
 */
export function eventTypeBody(draft: EventTypeDraft): Record<string, unknown> {
  return {
    title: draft.title,
    slug: draft.slug,
    description: draft.description,
    lengthInMinutes: draft.lengthMinutes,
    slotInterval: draft.slotIntervalMinutes,
    minimumBookingNotice: draft.minimumNoticeMinutes,
    beforeEventBuffer: draft.beforeBufferMinutes,
    afterEventBuffer: draft.afterBufferMinutes,
    hidden: draft.hidden,
    confirmationPolicy: confirmationPolicy(draft.requiresConfirmation),
    scheduleId: draft.scheduleId === undefined ? undefined : Number(draft.scheduleId),
    locations: draft.locations?.map(locationBody),
  };
}

const WIRE_SCHEDULING_TYPES = { 'round-robin': 'roundRobin', collective: 'collective', managed: 'managed' } as const;

/** A new type of a team; without hosts every member hosts it. @throws as {@link eventTypeBody}, also for a strange host. */
export function newTeamEventTypeBody(draft: TeamEventTypeDraft): Record<string, unknown> {
  const { schedulingType, hostIds } = draft;
  return {
    ...eventTypeBody(draft),
    ...(schedulingType ? { schedulingType: WIRE_SCHEDULING_TYPES[schedulingType] } : {}),
    ...hostsBody(hostIds),
  };
}

/**
 * A change of a team's type. Changed without hosts, the kind of scheduling would leave the type without any, so those
 * that it has are named again.
 *
 * @param current the type as it is now; needed only where the draft names a kind of scheduling.
 * @throws as {@link newTeamEventTypeBody}, also for making a type managed that is not, or the other way round.
 */
export function teamEventTypeChange(draft: TeamEventTypeDraft, current?: WireEventType): Record<string, unknown> {
  const body = { ...eventTypeBody(draft), ...(draft.hostIds ? hostsBody(draft.hostIds) : {}) };
  const { schedulingType: wished } = draft;
  if (!wished || !current || toEventType(current).schedulingType === wished) return body;
  if ([wished, toEventType(current).schedulingType].includes('managed')) throw invalid('a managed type stays one');
  const kept = current.assignAllTeamMembers ? undefined : toHosts(current).map(({ id }) => id);
  return { ...hostsBody(kept), ...body, schedulingType: WIRE_SCHEDULING_TYPES[wished] };
}

function hostsBody(hostIds: string[] | undefined): Record<string, unknown> {
  if (!hostIds) return { assignAllTeamMembers: true };
  if (!hostIds.every(isId)) throw invalid('a host that is nobody');
  return { assignAllTeamMembers: false, hosts: hostIds.map((id) => ({ userId: Number(id) })) };
}

/** A pending booking keeps its slot, so that two customers are not both promised it. */
function confirmationPolicy(required: boolean | undefined): Record<string, unknown> | undefined {
  if (required === undefined) return undefined;
  return required ? { type: 'always', blockUnconfirmedBookingsInBooker: true } : { disabled: true };
}

const HOST_LOCATIONS: Record<string, string> = {
  address: 'address',
  link: 'link',
  phone: 'phone',
  inPerson: 'address',
};
const ATTENDEE_LOCATIONS = ['attendeeAddress', 'attendeePhone', 'attendeeDefined'];

function locationBody({ type, value }: EventTypeLocation): Record<string, unknown> {
  if (ATTENDEE_LOCATIONS.includes(type)) return { type };
  if (type === 'integration' && value) return { type, integration: value };
  const wireType = HOST_LOCATIONS[type];
  if (wireType && value) return { type: wireType, [wireType]: value, public: true };
  throw invalid('a location that cannot be set');
}

function invalid(why: string): SchedulingError {
  return new SchedulingError('INVALID_REQUEST', why, { reason: 'FIELD_MISSING_OR_INVALID' });
}
