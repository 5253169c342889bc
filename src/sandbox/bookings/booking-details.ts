import { randomInt, randomUUID } from 'node:crypto';
import { Json } from '../http/errors';
import { Account, Attendee, BookingDetails, EventType, Team } from '../store/records';
import { AttendeeInput, BookingInput } from './booking-input';

const ALPHABET = '123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ';
/** Cal.com's short uuids have 22 characters. */
const UID_LENGTH = 22;

export const newUid = (): string =>
  Array.from({ length: UID_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

const LOCATION_KINDS: Record<string, string> = { address: 'inPerson', link: 'link', phone: 'userPhone' };

export function newAttendee(input: AttendeeInput): Attendee {
  return {
    name: input.name,
    email: input.email ?? '',
    timeZone: input.timeZone,
    language: input.language ?? 'en',
    absent: false,
    ...(input.phoneNumber && { phoneNumber: input.phoneNumber }),
  };
}

/** The attendee as holder of one seat, with metadata of its own. */
export function newSeat(input: BookingInput): Attendee {
  return { ...newAttendee(input.attendee), seatUid: randomUUID(), metadata: input.metadata ?? {} };
}

export function newDetails(
  input: BookingInput,
  uid: string,
  eventType: EventType,
  host: Account,
  team: Team | undefined,
): BookingDetails {
  const { attendee } = input;
  const guests = input.guests ?? [];
  const inviter = eventType.input.schedulingType === 'collective' && team ? team.name : host.name;
  const notes = input.bookingFieldsResponses?.notes;
  return {
    title: `${eventType.input.title} between ${inviter} and ${attendee.name}`,
    description: typeof notes === 'string' ? notes : '',
    location: locationOf(input, eventType, uid),
    metadata: input.metadata ?? {},
    attendees: [
      newAttendee(attendee),
      ...guests.map((email) => newAttendee({ name: '', email, timeZone: attendee.timeZone })),
    ],
    guests,
    responses: responsesOf(input),
    icsUid: `${uid}@Cal.com`,
    icsSequence: 0,
    absentHost: false,
  };
}

function responsesOf(input: BookingInput): Json {
  const { attendee, guests, location } = input;
  const kind = typeof location?.type === 'string' ? location.type : '';
  return {
    ...input.bookingFieldsResponses,
    name: attendee.name,
    email: attendee.email,
    ...(attendee.phoneNumber && { attendeePhoneNumber: attendee.phoneNumber }),
    ...(guests && { guests }),
    ...(location && { location: { optionValue: '', value: LOCATION_KINDS[kind] ?? kind } }),
  };
}

/** What the attendee was asked for, else the first place of the type; without one Cal.com makes a video link. */
function locationOf(input: BookingInput, eventType: EventType, uid: string): string {
  const given = input.location ?? {};
  const own = given.address ?? given.phone ?? given.location;
  if (typeof own === 'string') return own;
  const place = eventType.input.locations?.[0] ?? {};
  const text = place.address ?? place.link ?? place.phone;
  return typeof text === 'string' ? text : `https://app.cal.com/video/${uid}`;
}
