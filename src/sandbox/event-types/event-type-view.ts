import { Json } from '../http/errors';
import { Account, EventType, Team } from '../store/records';
import { DEFAULT_NOTICE_MINUTES } from './rules';

const field = (slug: string, type: string, required: boolean, more: Json = {}): Json => ({
  isDefault: true,
  type,
  slug,
  required,
  ...more,
});

const VISIBLE = { hidden: false, disableOnPrefill: false };

const USUAL_FIELDS: Json[] = [
  field('name', 'name', true, { disableOnPrefill: false, label: 'your_name' }),
  field('email', 'email', true, VISIBLE),
  field('location', 'radioInput', false, { hidden: false }),
  field('title', 'text', true, { ...VISIBLE, hidden: true }),
  field('notes', 'textarea', false, VISIBLE),
  field('guests', 'multiemail', false, VISIBLE),
  field('rescheduleReason', 'textarea', false, VISIBLE),
];

const DISABLED = { disabled: true };

/** What every event type shows when nothing else was set. */
const DEFAULTS: Json = {
  description: '',
  locations: [],
  recurrence: null,
  disableGuests: false,
  slotInterval: null,
  minimumBookingNotice: DEFAULT_NOTICE_MINUTES,
  beforeEventBuffer: 0,
  afterEventBuffer: 0,
  offsetStart: 0,
  scheduleId: null,
  metadata: {},
  requiresBookerEmailVerification: false,
  hideCalendarNotes: false,
  hideCalendarEventDetails: false,
  hideOrganizerEmail: false,
  lockTimeZoneToggleOnBookingPage: false,
  forwardParamsSuccessRedirect: true,
  successRedirectUrl: null,
  isInstantEvent: false,
  onlyShowFirstAvailableSlot: false,
  useDestinationCalendarEmail: false,
  price: 0,
  currency: 'usd',
  seats: DISABLED,
  bookingWindow: DISABLED,
  confirmationPolicy: DISABLED,
};

/** Shown by personal types only: the measured servers with teams are older. */
const PERSONAL_DEFAULTS: Json = {
  hidden: false,
  bookingRequiresAuthentication: false,
  bookerActiveBookingsLimit: DISABLED,
  disableCancelling: { disabled: false },
  disableRescheduling: { disabled: false },
  allowReschedulingCancelledBookings: false,
  allowReschedulingPastBookings: false,
  calVideoSettings: { sendTranscriptionEmails: true },
  interfaceLanguage: null,
  showOptimizedSlots: false,
};

function bookingFields({ input }: EventType): Json[] {
  const own = (input.bookingFields as Json[] | undefined) ?? [];
  const replaced = new Set(own.map(({ slug, type }) => (slug ?? type) as string));
  return [
    ...USUAL_FIELDS.filter(({ slug }) => !replaced.has(slug as string)),
    ...own.map((one) => ({ isDefault: false, hidden: false, disableOnPrefill: false, ...one })),
  ];
}

/** Seats carry `disabled: false` once they are set. */
function seats({ input }: EventType): Json {
  return input.seats?.disabled === false || input.seats?.seatsPerTimeSlot
    ? { disabled: false, ...input.seats }
    : DISABLED;
}

/** A personal type in the shape of 2024-06-14; `publicly` leaves out hidden fields. */
export function showEventType(eventType: EventType, owner: Account, origin: string, publicly = false): Json {
  const fields = bookingFields(eventType);
  return {
    ...DEFAULTS,
    ...PERSONAL_DEFAULTS,
    ...eventType.input,
    id: eventType.id,
    ownerId: eventType.ownerId,
    slug: eventType.slug,
    seats: seats(eventType),
    bookingFields: publicly ? fields.filter(({ hidden }) => hidden !== true) : fields,
    bookingUrl: `${origin}/${owner.username}/${eventType.slug}`,
    users: [
      {
        id: owner.id,
        name: owner.name,
        username: owner.username,
        avatarUrl: owner.avatarUrl,
        weekStart: owner.weekStart,
        brandColor: null,
        darkBrandColor: null,
        metadata: {},
      },
    ],
  };
}

/** A type of a team; the list shows more of the team than create does. */
export function showTeamEventType(eventType: EventType, team: Team, hosts: Account[], inList: boolean): Json {
  const { input } = eventType;
  return {
    ...DEFAULTS,
    ...input,
    id: eventType.id,
    slug: eventType.slug,
    ownerId: null,
    teamId: team.id,
    parentEventTypeId: eventType.parentId,
    assignAllTeamMembers: input.assignAllTeamMembers ?? false,
    seats: seats(eventType),
    bookingFields: bookingFields(eventType).map(({ label: _label, ...shown }) => shown),
    metadata: input.schedulingType === 'managed' ? { managedEventConfig: {} } : {},
    hosts: hosts.map((host) => showHost(eventType, host)),
    team: inList ? showTypeTeam(team) : { id: team.id },
  };
}

function showHost({ input }: EventType, host: Account): Json {
  const common = { userId: host.id, name: host.name };
  if (input.schedulingType === 'managed') return common;
  if (input.schedulingType !== 'roundRobin') return { ...common, avatarUrl: host.avatarUrl };
  const own = input.hosts?.find(({ userId }) => userId === host.id);
  const { mandatory = false, priority = 'medium' } = own ?? {};
  return { ...common, avatarUrl: host.avatarUrl, mandatory, priority };
}

function showTypeTeam({ id, name, slug }: Team): Json {
  const look = { bannerUrl: null, brandColor: null, darkBrandColor: null, logoUrl: null, theme: null };
  return { id, name, slug, weekStart: 'Sunday', ...look };
}
