import { Desk, startAt } from '../fixtures/bookings/desk';
import { startTestService, type TestService } from '../support/service';

describe('a booking request that is not valid', () => {
  let service: TestService;
  let desk: Desk;
  const start = startAt(0, 9);
  const attendee = { name: 'Jonas', email: 'jonas@customer.example' };

  beforeAll(async () => {
    service = await startTestService();
    desk = await Desk.open(service);
  });
  afterAll(() => service?.stop());
  afterEach(async () => {
    // Whatever was wrong, the provider was not asked to book it.
    expect(await desk.calls('bookings.create')).toEqual([]);
  });

  const fault = async (more: object) => {
    const { status, body } = await desk.book({ ...desk.request(start), ...more });
    return [status, body.error?.code, body.error?.details.fields?.[0]?.field];
  };

  it.each(['', true, 1e3, '1e3', '0x10', '-1', -1, 1.5, '9007199254740993', null])(
    'refuses the event type id %p',
    async (eventTypeId) => {
      expect(await fault({ eventTypeId })).toEqual([400, 'VALIDATION_ERROR', 'eventTypeId']);
    },
  );

  it.each([
    '2026-02-30T09:00:00Z',
    '2026-12-01T09:00:00',
    '2026-12-01',
    '2026-12-01T24:00:00Z',
    1_790_000_000_000,
    '9999-12-01T09:00:00Z',
    '',
    null,
  ])('refuses the start %p', async (value) => {
    expect(await fault({ start: value })).toEqual([400, 'VALIDATION_ERROR', 'start']);
  });

  it.each(['EST', '+02:00', '../../etc/passwd', ''])('refuses the zone %p with a code of its own', async (timeZone) => {
    expect(await fault({ attendee: { ...attendee, timeZone } })).toEqual([
      400,
      'INVALID_TIMEZONE',
      'attendee.timeZone',
    ]);
  });

  it.each(['end', 'noEmail', 'holdId', 'serviceId', 'companyId', 'lengthInMinutes'])(
    'names %s, which it cannot honour, instead of dropping it',
    async (field) => {
      expect(await fault({ [field]: 'x' })).toEqual([400, 'VALIDATION_ERROR', field]);
    },
  );

  it.each([
    ['no way to reach the attendee', { attendee: { name: 'Jonas' } }, 'attendee.email'],
    ['a number that is not E.164', { attendee: { ...attendee, phoneNumber: '0151 123' } }, 'attendee.phoneNumber'],
    ['an empty number', { attendee: { ...attendee, phoneNumber: '' } }, 'attendee.phoneNumber'],
    ['an empty name', { attendee: { ...attendee, name: '  ' } }, 'attendee.name'],
    ['NUL in the name', { attendee: { ...attendee, name: 'a\0b' } }, 'attendee.name'],
    ['a null attendee', { attendee: null }, 'attendee'],
    ['an attendee list', { attendee: [attendee] }, 'attendee'],
    ['null notes', { notes: null }, 'notes'],
    ['a guest who is no address', { guests: ['x'] }, 'guests'],
    ['a location without the value it needs', { location: { type: 'attendeeAddress' } }, 'location.value'],
    ['a location value nobody would see', { location: { type: 'link', value: 'https://x' } }, 'location.value'],
  ])('refuses %s', async (_, more, field) => {
    expect(await fault(more)).toEqual([400, 'VALIDATION_ERROR', field]);
  });

  it.each([
    ['an array', '[]'],
    ['null', 'null'],
    ['a string', '"x"'],
    ['a prototype key', '{"__proto__":{"admin":true}}'],
    ['10,000 levels', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
    ['half a body', '{"eventTypeId":'],
  ])('refuses %s as a body', async (_, body) => {
    const answer = await desk.book(body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('refuses a lone surrogate in a name', async () => {
    const body = JSON.stringify({ ...desk.request(start), attendee: { ...attendee, name: 'X' } }).replace(
      '"X"',
      '"\\ud800"',
    );
    const answer = await desk.book(body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
  });

  it.each([
    ['500 keys', Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, 'v']))],
    ['41 keys', Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`k${index}`, 'v']))],
    ['nested values', { a: { b: 'c' } }],
    ['numbers', { a: 1 }],
    ['a key of 41 characters', { ['k'.repeat(41)]: 'v' }],
    ['a value of 501 characters', { k: 'v'.repeat(501) }],
    ['our reserved key', { slotbridgeRef: 'x' }],
    ['our reserved key in capitals', { SlotBridgeRef: 'x' }],
    ['an array', ['x']],
    ['null', null],
  ])('refuses metadata with %s', async (_, metadata) => {
    expect(await fault({ metadata })).toEqual([400, 'VALIDATION_ERROR', 'metadata']);
  });
});

describe('a booking request with unusual but valid input', () => {
  let service: TestService;
  let desk: Desk;

  beforeAll(async () => {
    service = await startTestService();
    desk = await Desk.open(service);
  });
  afterAll(() => service?.stop());

  it('stores and returns emoji and markup as data, and metadata at its limits', async () => {
    const attendee = { name: 'Zoë 💇 <script>alert(1)</script>', email: 'zoe@customer.example' };
    const metadata = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`k${index}`.padEnd(40, 'x'), 'v'.repeat(500)]),
    );
    const answer = await desk.book(desk.request(startAt(0, 9), { attendee, metadata }));
    expect([answer.status, answer.body.attendee?.name, answer.body.metadata]).toEqual([201, attendee.name, metadata]);
  });

  it('writes a zone in the letter case of the IANA list', async () => {
    const attendee = { name: 'Zoë', email: 'zoe@customer.example', timeZone: 'asia/kathmandu' };
    const answer = await desk.book(desk.request(startAt(0, 10), { attendee }));
    expect([answer.status, answer.body.attendee?.timeZone]).toEqual([201, 'Asia/Kathmandu']);
    expect(answer.body.start).toMatch(/\+05:45$/);
  });
});
