import { Injectable } from '@nestjs/common';
import { SecretBox } from '../../../foundation/crypto/secret-box';
import type { BookingCommand } from '../booking-command';

/** What a booking saga was asked for: all that is needed to go on with it in another process. */
export interface BookingInput {
  command: BookingCommand & { attendee: { timeZone: string } };
  /** By our id: what the provider calls the event types of the steps. */
  eventTypes: Record<string, { providerId: string; title: string }>;
  /** Why bookings are moved or cancelled, as the provider tells the people concerned. */
  reason?: string;
  /** Of a move: bookings that are cancelled once the new ones stand. */
  replaced?: ReplacedBooking[];
  /** The idempotency key was derived from the request: a refusal is not kept with it. */
  derivedKey?: boolean;
}

export interface ReplacedBooking {
  appointmentId: string;
  uid: string;
  eventTypeId: string;
  startMs: number;
  endMs: number;
}

const PLACE = { table: 'sagas', column: 'sealed_input' };

/** Inputs name people, so they rest sealed. */
@Injectable()
export class BookingInputSeal {
  constructor(private readonly box: SecretBox) {}

  seal(input: BookingInput, companyId: string): string {
    return this.box.seal(JSON.stringify(input), { ...PLACE, companyId });
  }

  /** @throws SecretUnreadableError */
  open(sealed: string, companyId: string): BookingInput {
    return JSON.parse(this.box.openText(sealed, { ...PLACE, companyId })) as BookingInput;
  }
}
