import { type BookingNews, newsOf } from './appointment-news';
import { AppointmentEntity } from './appointment.entity';

const ROW = Object.assign(new AppointmentEntity(), {
  status: 'confirmed',
  startsAt: new Date('2027-01-05T09:00:00Z'),
  endsAt: new Date('2027-01-05T09:30:00Z'),
  location: null,
  hosts: [{ id: '1', name: 'Maria' }],
  hostAbsent: false,
  attendeeAbsent: false,
  cancellationReason: null,
});
const with_ = (change: Partial<AppointmentEntity>): AppointmentEntity =>
  Object.assign(new AppointmentEntity(), ROW, change);

describe('the news between two states of a booking', () => {
  it.each<[string, Partial<AppointmentEntity>, Partial<AppointmentEntity>, BookingNews | undefined]>([
    ['its outcome became known', { status: 'outcome_pending' }, {}, 'booking.created'],
    ['it waits for the host', { status: 'outcome_pending' }, { status: 'awaiting_confirmation' }, 'booking.created'],
    ['the host said yes', { status: 'awaiting_confirmation' }, {}, 'booking.confirmed'],
    ['the host said no', { status: 'awaiting_confirmation' }, { status: 'rejected' }, 'booking.rejected'],
    ['it was cancelled', {}, { status: 'cancelled', cancellationReason: 'ill' }, 'booking.cancelled'],
    ['it was moved', {}, { startsAt: new Date('2027-01-05T10:00:00Z') }, 'booking.rescheduled'],
    ['another host', {}, { hosts: [{ id: '2', name: 'Jonas' }] }, 'booking.updated'],
    ['nobody came', {}, { attendeeAbsent: true }, 'booking.updated'],
    ['the provider wrote it anew', {}, { providerUpdatedAt: new Date(), updatedAt: new Date(), uid: 'x' }, undefined],
  ])('%s', (_what, before, after, news) => {
    expect(newsOf(with_(before), with_(after))).toBe(news);
  });
});
