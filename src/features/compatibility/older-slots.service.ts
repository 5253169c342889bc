import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { FastifyReply } from 'fastify';
import type { AppConfig } from '../../foundation/config/app-config';
import { invalidField } from '../../foundation/errors/api-error';
import type { CalledRequest } from '../../foundation/http/access';
import { AvailabilityService } from '../availability/availability.service';
import { BookingsService, type BookingView, sendAnswer } from '../bookings/bookings.service';
import { EventTypesService } from '../event-types/event-types.service';
import type { OlderSlotsQueryDto, OlderSlotsView, ReservationView, ReserveDto } from './older-slots.dto';
import { checkEnd, reservationCaller, reservationCommand } from './reservation-request';

/** The older slots API: other shapes, the same slots and the same bookings. */
@Injectable()
export class OlderSlotsService {
  private readonly defaultEventTypeId: string | undefined;

  constructor(
    config: ConfigService<AppConfig, true>,
    private readonly eventTypes: EventTypesService,
    private readonly availability: AvailabilityService,
    private readonly bookings: BookingsService,
  ) {
    this.defaultEventTypeId = config.get('compatDefaultEventTypeId', { infer: true });
  }

  async available(companyId: string, query: OlderSlotsQueryDto, reply: FastifyReply): Promise<OlderSlotsView> {
    const question = {
      providerId: this.eventTypeId(query),
      start: query.start ?? query.startTime ?? '',
      end: query.end ?? query.endTime ?? '',
      timeZone: query.timeZone ?? query.timezone,
    };
    const { days } = await this.availability.answer(companyId, question, reply);
    return { slots: Object.values(days).flat() };
  }

  /** Books, and says it in the older words. A repeat of the same request meets the same booking while it is active. */
  async reserve(
    companyId: string,
    body: ReserveDto,
    request: CalledRequest,
    reply: FastifyReply,
  ): Promise<ReservationView> {
    const providerId = this.eventTypeId(body);
    const command = reservationCommand(body);
    const caller = reservationCaller(request, companyId, providerId, body);
    const eventType = await this.eventTypes.findByProviderId(companyId, providerId);
    checkEnd(body, eventType.lengthMinutes);
    const answer = await this.bookings.book(companyId, { eventTypeId: eventType.id }, command, caller);
    return reservationView(sendAnswer(reply, answer), providerId);
  }

  private eventTypeId(asked: { eventTypeId?: string }): string {
    const id = asked.eventTypeId ?? this.defaultEventTypeId;
    if (id === undefined) throw invalidField('eventTypeId', 'is required');
    return id;
  }
}

function reservationView(booking: BookingView, providerId: string): ReservationView {
  const { name, email, phoneNumber } = booking.attendee;
  return {
    reservationId: booking.id,
    status: booking.status,
    eventDetails: { start: booking.start, end: booking.end, eventTypeId: booking.eventType?.providerId ?? providerId },
    attendee: {
      name,
      ...(email === undefined ? {} : { email }),
      ...(phoneNumber === undefined ? {} : { phoneNumber }),
    },
  };
}
