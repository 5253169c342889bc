import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventType } from '../../scheduling/words';
import { type BookingNeed, READINESS_CODES, READINESS_REASONS, readinessFindings } from './readiness-reasons';

const PLAIN: EventType = {
  providerId: '7',
  title: 'Cut',
  slug: 'cut',
  description: '',
  lengthMinutes: 30,
  lengthOptions: [],
  hidden: false,
  minimumNoticeMinutes: 120,
  beforeBufferMinutes: 0,
  afterBufferMinutes: 0,
  requiresConfirmation: false,
  recurring: false,
  price: 0,
  currency: 'usd',
  cancellingDisabled: false,
  reschedulingDisabled: false,
  authenticationRequired: false,
  schedulingType: 'individual',
  hosts: [{ id: '1', name: 'Maria' }],
  bookingFields: [
    { slug: 'name', type: 'name', required: true },
    { slug: 'email', type: 'email', required: true },
    { slug: 'attendeePhoneNumber', type: 'phone', required: true },
    { slug: 'notes', type: 'textarea', required: true },
    { slug: 'rescheduleReason', type: 'textarea', required: true },
    { slug: 'allergies', type: 'text', required: false },
  ],
  locations: [],
};
const HAIR = { slug: 'hair-length', type: 'select', required: true, label: 'Length' };

const found = (change: Partial<EventType>, need?: BookingNeed) => readinessFindings({ ...PLAIN, ...change }, need);

describe('what speaks against a booking', () => {
  it('is nothing for a plain type, hidden or not, whose required fields every booking answers', () => {
    expect(found({})).toEqual([]);
    expect(found({ hidden: true, schedulingType: 'round-robin' })).toEqual([]);
    expect(found({}, { lengthMinutes: 30 })).toEqual([]);
  });

  it.each<[string, Partial<EventType>, BookingNeed, boolean, object]>([
    ['MANAGED_PARENT', { schedulingType: 'managed' }, {}, true, { schedulingType: 'managed' }],
    ['LENGTH_MISMATCH', {}, { lengthMinutes: 45 }, true, { lengthMinutes: 30, neededMinutes: 45 }],
    ['NO_HOSTS', { hosts: [] }, {}, true, { hosts: 0 }],
    ['SEATS', { seatsPerSlot: 4 }, {}, true, { seatsPerSlot: 4 }],
    ['RECURRING', { recurring: true }, {}, true, { recurring: true }],
    ['PAID', { price: 2500 }, {}, true, { price: 2500, currency: 'usd' }],
    ['REQUIRED_FIELDS', { bookingFields: [...PLAIN.bookingFields, HAIR] }, {}, true, { fields: [HAIR] }],
    ['CONFIRMATION_REQUIRED', { requiresConfirmation: true }, {}, false, { requiresConfirmation: true }],
    ['BUFFERS', { afterBufferMinutes: 10 }, {}, false, { beforeBufferMinutes: 0, afterBufferMinutes: 10 }],
    ['CANCELLING_DISABLED', { cancellingDisabled: true }, {}, false, { cancellingDisabled: true }],
    ['RESCHEDULING_DISABLED', { reschedulingDisabled: true }, {}, false, { reschedulingDisabled: true }],
    ['AUTHENTICATION_REQUIRED', { authenticationRequired: true }, {}, false, { authenticationRequired: true }],
  ])('is %s alone for %j needed as %j', (code, change, need, blocking, evidence) => {
    expect(found(change, need)).toEqual([{ code, blocking, message: expect.stringMatching(/\.$/), evidence }]);
  });

  it('includes a length that the attendee could choose elsewhere, for bookings through us get the first', () => {
    expect(found({ lengthOptions: [30, 45] }, { lengthMinutes: 45 })).toMatchObject([{ code: 'LENGTH_MISMATCH' }]);
  });

  it('is not a required field that the booking will answer', () => {
    const bookingFields = [HAIR, { slug: 'size', type: 'text', required: true }];
    expect(found({ bookingFields }, { responses: ['hair-length', 'size'] })).toEqual([]);
    const [finding] = found({ bookingFields }, { responses: ['size'] });
    expect(finding?.evidence).toEqual({ fields: [HAIR] });
  });

  it('is told completely, what blocks before what does not', () => {
    const all = found({ beforeBufferMinutes: 5, price: 1, hosts: [], requiresConfirmation: true, seatsPerSlot: 2 });
    expect(all.map(({ code }) => code)).toEqual(['NO_HOSTS', 'SEATS', 'PAID', 'CONFIRMATION_REQUIRED', 'BUFFERS']);
  });

  it('is explained in the documentation, reason by reason, with whether it blocks', () => {
    const page = readFileSync(join(__dirname, '../../../docs/readiness.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\| (yes|no) +\|/gm)].map(([, code, blocks]) => [code, blocks]);
    const expected = READINESS_CODES.map((code) => [code, READINESS_REASONS[code].blocking ? 'yes' : 'no']);
    expect(rows).toEqual(expected);
  });
});
