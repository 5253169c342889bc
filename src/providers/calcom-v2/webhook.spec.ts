import { createHmac } from 'node:crypto';
import { CalcomWebhookReader } from './webhook';

const reader = new CalcomWebhookReader();
const secret = 'whsec_sample_6f1c2f7a9d';
const body = Buffer.from('{"triggerEvent":"PING","createdAt":"2026-11-20T09:00:00.000Z","payload":{}}');
const hex = createHmac('sha256', secret).update(body).digest('hex');

function parsed(fields: object) {
  return reader.parse(Buffer.from(JSON.stringify(fields)));
}

describe('the booking that a delivery names', () => {
  it.each(['2Jz7kq3vWm9xYtR4bNcPsE', '3f0e8f6e-1f0a-4a53-9a39-0b5e1c5a7a11', 'legacy_uid.1'])('is %s', (uid) => {
    expect(parsed({ triggerEvent: 'BOOKING_CREATED', payload: { uid } }).uid).toBe(uid);
  });

  it.each([
    ['NUL', 'a\u0000b'],
    ['half a character', '\ud800'],
    ['a line break', 'a\nb'],
    ['a step up in a path', '..'],
    ['a path', '../../me'],
    ['more than can be asked for', 'x'.repeat(101)],
  ])('is none when it has %s: it would be asked for again and again', (_what, uid) => {
    const { uid: named, previousUid } = parsed({
      triggerEvent: 'BOOKING_RESCHEDULED',
      payload: { uid, rescheduleUid: uid },
    });
    expect([named, previousUid]).toEqual([undefined, undefined]);
  });
});

describe('whether a delivery is genuine', () => {
  const isGenuine = (signature: string | string[] | undefined, secrets = [secret], bytes = body): boolean =>
    reader.isGenuine(bytes, { 'x-cal-signature-256': signature }, secrets);

  it('agrees with a signature that another program computed', () => {
    // printf '%s' '{"a":1}' | openssl dgst -sha256 -hmac sixteen-bytes-or-more
    const known = '2754509c759b32cd2ea87ec48efc628663350d6656f557d82d25d46991edf805';
    expect(isGenuine(known, ['sixteen-bytes-or-more'], Buffer.from('{"a":1}'))).toBe(true);
  });

  it('accepts bare hex, the sha256= prefix and upper case', () => {
    expect([hex, `sha256=${hex}`, hex.toUpperCase()].map((signature) => isGenuine(signature))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('accepts an older secret while a new one is being introduced', () => {
    expect(isGenuine(hex, ['a-newer-secret-than-that', secret])).toBe(true);
  });

  it('finds the header whatever its letter case', () => {
    expect(reader.isGenuine(body, { 'X-Cal-Signature-256': hex }, [secret])).toBe(true);
  });

  it.each([
    ['no signature', undefined],
    ['an empty one', ''],
    ["Cal.com's marker for no secret", 'no-secret-provided'],
    ['63 digits', hex.slice(1)],
    ['65 digits', `${hex}0`],
    ['two header values', [hex, hex]],
    ['two values joined by the server', `${hex}, ${hex}`],
    ['another prefix', `sha1=${hex}`],
    ['a line break after it', `${hex}\n`],
    ['no hex', 'z'.repeat(64)],
  ])('refuses %s', (_what, signature) => {
    expect(isGenuine(signature)).toBe(false);
  });

  it('refuses the same JSON written differently, because the bytes are signed', () => {
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 1));
    expect(isGenuine(hex, [secret], rewritten)).toBe(false);
  });

  it("refuses another company's secret, an empty secret and no secret at all", () => {
    const byEmpty = createHmac('sha256', '').update(body).digest('hex');
    expect([isGenuine(hex, ['another-secret']), isGenuine(byEmpty, ['']), isGenuine(hex, [])]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('what a delivery says', () => {
  const payload = {
    uid: 'newUid',
    bookingId: 15600988,
    eventTypeId: 907311,
    title: 'Cut',
    location: 'Main St 1',
    startTime: '2026-12-02T13:30:00Z',
    endTime: '2026-12-02T14:10:00Z',
    status: 'ACCEPTED',
    attendees: [
      {
        name: 'Jonas',
        email: 'j@mail.example',
        timeZone: 'Europe/Berlin',
        phoneNumber: '+49151',
        language: { locale: 'de' },
      },
    ],
    metadata: { slotbridgeRef: 'ref-1', slotbridgeDeployment: 'here', segment: 'A', videoCallUrl: 'https://x.example' },
  };
  const envelope = (triggerEvent: string, extra: object = {}) =>
    parsed({ triggerEvent, createdAt: '2026-11-20T11:02:45.910Z', payload: { ...payload, ...extra } });

  it('tells a new booking with everything that the provider sent', () => {
    expect(envelope('BOOKING_CREATED')).toEqual({
      trigger: 'BOOKING_CREATED',
      effect: 'created',
      uid: 'newUid',
      bookingId: '15600988',
      eventTypeId: '907311',
      status: 'accepted',
      startMs: Date.UTC(2026, 11, 2, 13, 30),
      endMs: Date.UTC(2026, 11, 2, 14, 10),
      title: 'Cut',
      location: 'Main St 1',
      attendee: {
        name: 'Jonas',
        email: 'j@mail.example',
        timeZone: 'Europe/Berlin',
        phoneNumber: '+49151',
        language: 'de',
      },
      ref: 'ref-1',
      metadata: { segment: 'A', videoCallUrl: 'https://x.example' },
      createdAtMs: Date.UTC(2026, 10, 20, 11, 2, 45, 910),
    });
  });

  it('tells both uids of a moved booking', () => {
    const notice = envelope('BOOKING_RESCHEDULED', { rescheduleUid: 'oldUid', rescheduleId: 15600421 });
    expect(notice).toMatchObject({
      effect: 'rescheduled',
      uid: 'newUid',
      previousUid: 'oldUid',
      bookingId: '15600988',
    });
  });

  it('reads a cancellation, whose times have an offset and whose metadata is missing', () => {
    const cancelled = {
      metadata: undefined,
      status: 'CANCELLED',
      startTime: '2026-12-02T14:30:00+01:00',
      cancellationReason: 'ill',
    };
    expect(envelope('BOOKING_CANCELLED', cancelled)).toMatchObject({
      effect: 'cancelled',
      status: 'cancelled',
      reason: 'ill',
      startMs: Date.UTC(2026, 11, 2, 13, 30),
      metadata: {},
    });
  });

  it('reads requests and refusals', () => {
    expect(envelope('BOOKING_REQUESTED', { status: 'PENDING' })).toMatchObject({
      effect: 'requested',
      status: 'pending',
    });
    const rejected = envelope('BOOKING_REJECTED', { status: 'REJECTED', rejectionReason: 'busy' });
    expect(rejected).toMatchObject({ effect: 'rejected', status: 'rejected', reason: 'busy' });
  });

  it('reads the flat bodies of MEETING_STARTED and MEETING_ENDED', () => {
    const row = {
      ...payload,
      id: 15600988,
      bookingId: undefined,
      user: {},
      attendees: [{ name: 'J', timeZone: 'UTC', locale: 'de' }],
    };
    expect(parsed({ triggerEvent: 'MEETING_ENDED', ...row })).toMatchObject({
      trigger: 'MEETING_ENDED',
      effect: 'changed',
      uid: 'newUid',
      bookingId: '15600988',
      attendee: { name: 'J', timeZone: 'UTC', language: 'de' },
    });
  });

  it('finds the uid where no-show events keep it', () => {
    const notice = parsed({
      triggerEvent: 'BOOKING_NO_SHOW_UPDATED',
      payload: { bookingUid: 'u1', bookingId: 7, attendees: [{ email: 'x' }] },
    });
    expect(notice).toEqual({
      trigger: 'BOOKING_NO_SHOW_UPDATED',
      effect: 'changed',
      uid: 'u1',
      bookingId: '7',
      metadata: {},
    });
  });

  it.each(['OOO_CREATED', 'FORM_SUBMITTED', 'PING', 'INSTANT_MEETING', 'BOOKING_PAID', 'SOMETHING_NEW'])(
    'stores %s as an event without effect',
    (trigger) => {
      expect(parsed({ triggerEvent: trigger, payload: { oooEntry: { id: 1 } } })).toEqual({
        trigger,
        effect: 'other',
        metadata: {},
      });
    },
  );

  it('leaves the status out where it is not the news, or nobody would look at what is', () => {
    const statusOf = (trigger: string) => envelope(trigger).status;
    expect(['BOOKING_LOCATION_UPDATED', 'MEETING_ENDED', 'SOMETHING_NEW'].map(statusOf)).toEqual(
      Array(3).fill(undefined),
    );
    expect(statusOf('BOOKING_CREATED')).toBe('accepted');
  });

  it.each([
    ['its reason', { cancellationReason: 'Please reschedule. The stylist is ill' }],
    ['its flag', { cancellationReason: 'ill', requestReschedule: true }],
  ])("knows a host's request for another time by %s", (_what, fields) => {
    const notice = envelope('BOOKING_CANCELLED', { status: 'CANCELLED', ...fields });
    expect(notice).toMatchObject({ effect: 'reschedule-requested', status: 'cancelled', uid: 'newUid' });
  });

  it.each([
    { cancellationReason: 'ill', requestReschedule: false },
    { cancellationReason: 'I asked them: Please reschedule' },
    { cancellationReason: 'Please rescheduled' },
    { requestReschedule: 'true' },
    {},
  ])('does not take a cancellation with %j for such a request', (fields) => {
    expect(envelope('BOOKING_CANCELLED', fields)).toMatchObject({ effect: 'cancelled' });
  });

  it.each(['EVENT_TYPE.CREATED', 'EVENT_TYPE.UPDATED', 'EVENT_TYPE.DELETED', 'EVENT_TYPE_UPDATED'])(
    'takes %s for a change of the offer',
    (trigger) => {
      expect(parsed({ triggerEvent: trigger, payload: { id: 907311 } })).toMatchObject({ effect: 'event-types' });
    },
  );

  it.each([
    ['in the envelope', { triggerEvent: 'SOMETHING_NEW', payload: { uid: 'u1' } }],
    ['flat', { event: 'moved', uid: 'u1' }],
    ['under the name of the no-show events', { bookingUid: 'u1' }],
    ['under a name of their author', { booking_uid: 'u1', status: 'whatever' }],
  ])('takes an unknown body that names a booking (%s) for a reason to read it', (_where, body) => {
    expect(parsed(body)).toMatchObject({ effect: 'changed', uid: 'u1' });
  });

  it.each(['toString', 'constructor', '__proto__'])('knows no trigger called %s', (trigger) => {
    expect(parsed({ triggerEvent: trigger })).toMatchObject({ trigger, effect: 'other' });
  });

  it('understands a template without the envelope as an unknown event', () => {
    expect(parsed({ content: 'A new event', type: 'cut' })).toEqual({
      trigger: 'UNKNOWN',
      effect: 'other',
      metadata: {},
    });
  });

  it('reads a form-encoded template', () => {
    const form = Buffer.from('triggerEvent=BOOKING_CANCELLED&payload=%7B%22uid%22%3A%22u1%22%7D');
    expect(reader.parse(form)).toMatchObject({ trigger: 'BOOKING_CANCELLED', effect: 'cancelled', uid: 'u1' });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"triggerEvent":'],
    ['a list', '[{"triggerEvent":"BOOKING_CREATED"}]'],
    ['null', 'null'],
    ['deep nesting', '['.repeat(100_000)],
    [
      'fields of wrong types',
      '{"triggerEvent":7,"payload":{"uid":{},"startTime":[],"attendees":{},"metadata":"x","status":1}}',
    ],
    ['a prototype', '{"__proto__":{"triggerEvent":"BOOKING_CREATED"},"payload":{"metadata":{"__proto__":{"a":"b"}}}}'],
    ['broken bytes', Buffer.from([0xff, 0xfe, 0x00]).toString('latin1')],
  ])('never throws on %s', (_what, text) => {
    expect(reader.parse(Buffer.from(text, 'latin1'))).toMatchObject({ trigger: 'UNKNOWN', effect: 'other' });
  });
});
