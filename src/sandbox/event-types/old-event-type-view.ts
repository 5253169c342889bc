import { Json } from '../http/errors';
import { Account, EventType } from '../store/records';
import { DEFAULT_NOTICE_MINUTES } from './rules';

const all = (names: string, value: unknown): Json =>
  Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, value]),
  );

const EMPTY = all(
  `bookingLimits calVideoSettings customReplyToEmail description destinationCalendar durationLimits eventName
   eventTypeColor instantMeetingSchedule interfaceLanguage lockedTimeZone maxActiveBookingsPerBooker maxLeadThreshold
   minimumRescheduleNotice parent periodCountCalendarDays periodDays periodEndDate periodStartDate recurringEvent
   restrictionSchedule restrictionScheduleId restrictionScheduleName rrSegmentQueryValue scheduleName schedulingType
   seatsPerTimeSlot secondaryEmailId slotInterval successRedirectUrl team teamId timeZone`,
  null,
);

const OFF = all(
  `allowReschedulingCancelledBookings allowReschedulingPastBookings assignAllTeamMembers assignRRMembersUsingSegment
   autoTranslateDescriptionEnabled disableCancelling disableGuests disableRescheduling enablePerHostLocations hidden
   hideCalendarEventDetails hideCalendarNotes hideOrganizerEmail includeNoShowInRRCalculation isInstantEvent
   isRRWeightsEnabled lockTimeZoneToggleOnBookingPage maxActiveBookingPerBookerOfferReschedule
   onlyShowFirstAvailableSlot requiresBookerEmailVerification requiresConfirmation requiresConfirmationForFreeEmail
   requiresConfirmationWillBlockSlot rescheduleWithSameRoundRobinHost seatsShowAttendees showOptimizedSlots
   useBookerTimezone useEventLevelSelectedCalendars useEventTypeDestinationCalendarEmail`,
  false,
);

const ON = all(
  `autoTranslateInstantMeetingTitleEnabled canSendCalVideoTranscriptionEmails forwardParamsSuccessRedirect
   seatsShowAvailabilityCount`,
  true,
);

const LISTS = all(
  'children customInputs fieldTranslations hashedLink hostGroups hosts instantMeetingParameters webhooks',
  [],
);

const field = (name: string, type: string, label: string, required: boolean, more: Json = {}): Json => ({
  name,
  type,
  defaultLabel: label,
  required,
  editable: 'system-but-optional',
  sources: [{ id: 'default', type: 'default', label: 'Default' }],
  ...more,
});

const input = (type: string): Json => ({ type, required: true, placeholder: '' });
const part = (name: string, required: boolean): Json => ({ name, type: 'text', label: '', required, placeholder: '' });

const NAME_VARIANTS = {
  variants: {
    fullName: { fields: [{ name: 'fullName', type: 'text', label: 'your_name', required: true }] },
    firstAndLastName: { fields: [part('firstName', true), part('lastName', false)] },
  },
};

const FIELDS = [
  field('name', 'name', 'your_name', true, {
    editable: 'system',
    variant: 'fullName',
    variantsConfig: NAME_VARIANTS,
  }),
  field('email', 'email', 'email_address', true),
  field('attendeePhoneNumber', 'phone', 'phone_number', false, { hidden: true }),
  field('location', 'radioInput', 'location', false, {
    editable: 'system',
    getOptionsAt: 'locations',
    hideWhenJustOneOption: true,
    optionsInputs: {
      attendeeInPerson: input('address'),
      phone: input('phone'),
      somewhereElse: input('text'),
    },
  }),
  field('title', 'text', 'what_is_this_meeting_about', true, { hidden: true, defaultPlaceholder: '' }),
  field('notes', 'textarea', 'additional_notes', false, { defaultPlaceholder: 'share_additional_notes' }),
  field('guests', 'multiemail', 'additional_guests', false, { hidden: false, defaultPlaceholder: 'email' }),
  field('rescheduleReason', 'textarea', 'reason_for_reschedule', false, {
    defaultPlaceholder: 'reschedule_placeholder',
    views: [{ id: 'reschedule', label: 'Reschedule View' }],
  }),
];

function showOwner(owner: Account, origin: string): Json {
  const { id, name, username, email, timeZone, avatarUrl, defaultScheduleId } = owner;
  return {
    id,
    name,
    username,
    email,
    timeZone,
    avatarUrl,
    defaultScheduleId,
    avatar: `${origin}/avatar.svg`,
    locale: 'en',
    isPlatformManaged: false,
    nonProfileUsername: username,
    profile: { id: null, upId: `usr-${id}`, username, organization: null, organizationId: null },
  };
}

/** An event type in the shape of 2024-04-15, which older and unknown version headers get. */
export function oldEventType(eventType: EventType, owner: Account, origin: string): Json {
  return {
    eventType: { ...EMPTY, ...OFF, ...ON, ...LISTS, ...oldSettings(eventType), ...oldOwnership(owner, origin) },
    locationOptions: [],
    destinationCalendar: null,
    team: null,
    teamMembers: [],
    currentUserMembership: null,
    isUserOrganizationAdmin: false,
  };
}

function oldOwnership(owner: Account, origin: string): Json {
  return {
    bookerUrl: origin,
    schedule: owner.defaultScheduleId,
    owner: { id: owner.id, timeZone: owner.timeZone },
    userId: owner.id,
    users: [showOwner(owner, origin)],
  };
}

function oldSettings({ id, slug, input: settings }: EventType): Json {
  return {
    id,
    slug,
    title: settings.title,
    length: settings.lengthInMinutes,
    hidden: settings.hidden ?? false,
    locations: (settings.locations ?? []).map(({ type, address, public: shown, ...rest }) =>
      type === 'address' ? { type: 'inPerson', address, displayLocationPublicly: shown } : { type, ...rest },
    ),
    bookingFields: FIELDS,
    metadata: { apps: { giphy: { enabled: false, thankYouPage: '' } } },
    minimumBookingNotice: settings.minimumBookingNotice ?? DEFAULT_NOTICE_MINUTES,
    beforeEventBuffer: settings.beforeEventBuffer ?? 0,
    afterEventBuffer: settings.afterEventBuffer ?? 0,
    slotInterval: settings.slotInterval ?? null,
    offsetStart: 0,
    instantMeetingExpiryTimeOffsetInSeconds: 90,
    periodType: 'UNLIMITED',
    price: 0,
    currency: 'usd',
    requiresCancellationReason: 'MANDATORY_HOST_ONLY',
  };
}
