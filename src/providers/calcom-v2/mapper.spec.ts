import { BookingRequest, SlotQuery } from '../../scheduling/words';
import { eventTypeBody, toEventType } from './event-type-mapper';
import { bookingBody, carriesRef, slotsQuery, toBooking, toSlots } from './mapper';
import { WireBooking, WireEventType } from './wire';

const wire: WireBooking = {
  id: 15600421,
  uid: 'b7Qm2xV9kLr4TzN1pWcYeH',
  status: 'accepted',
  start: '2026-12-01T09:00:00.000Z',
  end: '2026-12-01T09:40:00.000Z',
  eventType: { id: 907311 },
  title: 'Cut',
  location: 'Main St 1',
  cancellationReason: '',
  hosts: [{ id: 4182, name: 'Maria', email: 'm@x.example', timeZone: 'Europe/Berlin' }],
  attendees: [{ name: 'Jonas', email: 'j@x.example', timeZone: 'Europe/Berlin', language: 'de', absent: false }],
  metadata: { slotbridgeRef: 'r1', slotbridgeDeployment: 'd1', note: 'window seat', number: 7 },
  absentHost: false,
};

describe('a booking', () => {
  it("keeps our keys apart from the caller's metadata and drops what is no text", () => {
    expect(toBooking(wire)).toMatchObject({
      ref: 'r1',
      deploymentId: 'd1',
      metadata: { note: 'window seat' },
      eventTypeId: '907311',
    });
  });

  it('takes an empty cancellation reason for none', () => {
    expect(toBooking(wire)).not.toHaveProperty('cancellationReason');
  });

  it('finds the attempt among the seats of a seated booking', () => {
    const seat = (ref: string) => ({ name: ref, timeZone: 'UTC', metadata: { slotbridgeRef: ref } });
    const seated = { ...wire, metadata: undefined, attendees: [seat('r1'), seat('r2')] };
    expect([carriesRef(seated, 'r2'), toBooking(seated, 'r2').ref, carriesRef(seated, 'r3')]).toEqual([
      true,
      'r2',
      false,
    ]);
  });

  it('refuses a status it does not know instead of guessing', () => {
    expect(() => toBooking({ ...wire, status: 'teleported' })).toThrow('unknown booking status');
  });
});

describe('the attendees of a booking', () => {
  const person = (email: string) => ({ name: email, email, timeZone: 'UTC' });

  it('begin with whoever booked and end with the guests, wherever further hosts are listed', () => {
    const attendees = [person('guest@x'), person('host@x'), person('booker@x'), person('host2@x')];
    const booking = { ...wire, attendees, guests: ['guest@x'], bookingFieldsResponses: { email: 'booker@x' } };
    const order = toBooking(booking).attendees.map(({ email }) => email);
    expect(order).toEqual(['booker@x', 'host@x', 'host2@x', 'guest@x']);
  });

  it('keep their order where nobody is known to have booked', () => {
    const attendees = [person('b@x'), person('guest@x'), person('a@x')];
    const order = toBooking({ ...wire, attendees, guests: ['guest@x'] }).attendees.map(({ email }) => email);
    expect(order).toEqual(['b@x', 'a@x', 'guest@x']);
  });
});

describe('a booking request', () => {
  const request: BookingRequest = {
    eventTypeId: '907311',
    startMs: Date.UTC(2026, 11, 1, 9),
    attendee: { name: 'Jonas', email: 'j@x.example', timeZone: 'Europe/Berlin' },
    location: { type: 'attendeeAddress', value: 'Main St 1' },
    notes: 'ring twice',
    responses: { colour: 'red' },
    metadata: { note: 'x', slotbridgeRef: 'forged' },
    ref: 'r1',
    deploymentId: 'd1',
  };

  it('writes only what Cal.com allows, and our own keys over everything', () => {
    expect(bookingBody(request)).toEqual({
      eventTypeId: 907311,
      start: '2026-12-01T09:00:00.000Z',
      attendee: { name: 'Jonas', email: 'j@x.example', timeZone: 'Europe/Berlin' },
      location: { type: 'attendeeAddress', address: 'Main St 1' },
      bookingFieldsResponses: { colour: 'red', notes: 'ring twice' },
      metadata: { note: 'x', slotbridgeRef: 'r1', slotbridgeDeployment: 'd1' },
    });
  });
});

describe('slots', () => {
  const query: SlotQuery = {
    eventTypeId: '1',
    fromMs: Date.parse('2026-10-25T00:00:00+02:00'),
    toMs: Date.parse('2026-10-26T00:00:00+01:00'),
    lengthMinutes: 30,
    gridTimeZone: 'Europe/Berlin',
  };

  it('are asked for a day more on both sides, in the zone of the grid', () => {
    expect(slotsQuery(query)).toMatchObject({
      start: '2026-10-23T22:00:00.000Z',
      end: '2026-10-26T23:00:00.000Z',
      timeZone: 'Europe/Berlin',
      format: 'range',
    });
  });

  it('are cut to the half-open range, sorted as instants and given once, over the autumn change', () => {
    const slots = toSlots(
      {
        '2026-10-26': [{ start: '2026-10-26T00:00:00.000+01:00', end: '2026-10-26T00:30:00.000+01:00' }],
        '2026-10-25': [
          { start: '2026-10-25T02:30:00.000+01:00', end: '2026-10-25T03:00:00.000+01:00' },
          { start: '2026-10-25T02:45:00.000+02:00' },
          { start: '2026-10-25T01:30:00.000Z', end: '2026-10-25T02:00:00.000Z' },
        ],
        '2026-10-24': [{ start: '2026-10-24T23:59:00.000+02:00' }, { start: '2026-10-25T00:00:00.000+02:00' }],
      },
      query,
    );
    const utc = (hours: number, minutes: number) => Date.UTC(2026, 9, 25, hours, minutes);
    expect(slots).toEqual([
      { startMs: utc(-2, 0), endMs: utc(-2, 30) },
      { startMs: utc(0, 45), endMs: utc(1, 15) },
      { startMs: utc(1, 30), endMs: utc(2, 0) },
    ]);
  });
});

describe('an event type', () => {
  const minimal: WireEventType = { id: 1, title: 'T', slug: 't', lengthInMinutes: 30 };
  const on = { confirmationPolicy: { type: 'always' }, seats: { seatsPerTimeSlot: 3 }, recurrence: { interval: 1 } };
  const off = { disabled: true };

  it('is plain when the server says nothing more', () => {
    expect(toEventType(minimal)).toMatchObject({
      requiresConfirmation: false,
      recurring: false,
      schedulingType: 'individual',
      hosts: [],
    });
  });

  it('has the settings that are on, and not those that come as disabled', () => {
    expect(toEventType({ ...minimal, ...on } as WireEventType)).toMatchObject({
      requiresConfirmation: true,
      seatsPerSlot: 3,
      recurring: true,
    });
    const disabled = toEventType({ ...minimal, confirmationPolicy: off, seats: off, recurrence: null });
    expect(disabled).toMatchObject({ requiresConfirmation: false, recurring: false });
    expect(disabled).not.toHaveProperty('seatsPerSlot');
  });

  it('forbids cancelling when that setting itself says disabled', () => {
    expect(toEventType({ ...minimal, disableCancelling: off, disableRescheduling: { disabled: false } })).toMatchObject(
      {
        cancellingDisabled: true,
        reschedulingDisabled: false,
      },
    );
  });

  it('costs what it says itself or what an enabled app for payment asks, and else nothing', () => {
    const apps = (stripe: object) => ({ metadata: { apps: { zoom: { enabled: true }, stripe } } });
    expect(toEventType({ ...minimal, price: 900, currency: 'eur' })).toMatchObject({ price: 900, currency: 'eur' });
    const asking = apps({ enabled: true, price: 2500, currency: 'chf' });
    expect(toEventType({ ...minimal, price: 0, currency: 'usd', ...asking })).toMatchObject({
      price: 2500,
      currency: 'chf',
    });
    for (const free of [apps({ enabled: false, price: 2500 }), apps({ enabled: true, price: 0 }), { metadata: null }]) {
      expect(toEventType({ ...minimal, price: 0, ...free }).price).toBe(0);
    }
  });

  it('has the users of its owner as hosts where the list of hosts is empty', () => {
    const users = [{ id: 1, name: 'Maria' }];
    expect(toEventType({ ...minimal, users, hosts: [] }).hosts).toEqual([{ id: '1', name: 'Maria' }]);
    expect(toEventType({ ...minimal, users, hosts: [{ userId: 2, name: 'Jonas' }] }).hosts).toEqual([
      { id: '2', name: 'Jonas' },
    ]);
  });

  it('does not ask the customer for fields that the provider hides', () => {
    const bookingFields = [
      { slug: 'title', type: 'text', required: true, hidden: true },
      { slug: 'colour', type: 'text', required: true, hidden: false },
    ];
    const { bookingFields: fields } = toEventType({ ...minimal, bookingFields });
    expect(fields.filter((field) => field.required).map((field) => field.slug)).toEqual(['colour']);
  });

  it('is written with a confirmation policy and typed locations, for the older words are dropped or refused', () => {
    const body = eventTypeBody({
      requiresConfirmation: true,
      locations: [{ type: 'inPerson', value: 'Main St 1' }, { type: 'attendeePhone' }],
    });
    expect(body).toMatchObject({
      confirmationPolicy: { type: 'always', blockUnconfirmedBookingsInBooker: true },
      locations: [{ type: 'address', address: 'Main St 1', public: true }, { type: 'attendeePhone' }],
    });
    expect(() => eventTypeBody({ locations: [{ type: 'link' }] })).toThrow('a location that cannot be set');
  });
});
