import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../scheduling/call-context';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import type { ProviderBooking } from '../../scheduling/words';
import { ProviderCalls } from '../event-types/provider-calls.service';

/** A booking moved more often than this is followed next time; it bounds what one delivery can make us call. */
const CHAIN_MAX = 10;

/** A booking as it is now, with the uids it had before that were seen on the way. */
export interface Truth {
  booking: ProviderBooking;
  formerUids: string[];
}

/** Whether it is the booking that an appointment has, or what became of that one. */
export function isOwn({ uid }: { uid: string | null }, { booking, formerUids }: Truth): boolean {
  return uid === null || uid === booking.uid || formerUids.includes(uid);
}

/** Asks the provider what became of a booking. */
@Injectable()
export class ProviderTruth {
  constructor(private readonly calls: ProviderCalls) {}

  /** Follows the reschedules of a uid to the booking that counts now. @throws SchedulingError `BOOKING_NOT_FOUND` */
  async follow(connectionId: string, uid: string, context?: CallContext): Promise<Truth> {
    return this.calls.run(connectionId, (provider) => followed(provider, uid, context));
  }

  /** Uids from before this booking was moved to where it is, newest first. */
  async ancestors(connectionId: string, booking: ProviderBooking, context?: CallContext): Promise<string[]> {
    return this.calls.run(connectionId, async (provider) => {
      const uids: string[] = [];
      let uid = booking.rescheduledFromUid;
      while (uid && !uids.includes(uid) && uids.length < CHAIN_MAX) {
        uids.push(uid);
        uid = (await provider.getBooking(uid, context)).rescheduledFromUid;
      }
      return uids;
    });
  }
}

async function followed(provider: SchedulingProvider, uid: string, context?: CallContext): Promise<Truth> {
  let booking = await provider.getBooking(uid, context);
  // Every server says where a booking was moved from, and only some where one was moved to.
  const formerUids = booking.rescheduledFromUid === undefined ? [] : [booking.rescheduledFromUid];
  while (booking.rescheduledToUid && formerUids.length <= CHAIN_MAX) {
    formerUids.push(booking.uid);
    booking = await provider.getBooking(booking.rescheduledToUid, context);
  }
  return { booking, formerUids };
}
