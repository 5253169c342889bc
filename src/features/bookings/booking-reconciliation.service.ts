import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { CallContext } from '../../scheduling/call-context';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { ProviderBooking } from '../../scheduling/words';
import type { AppointmentEntity } from './appointment.entity';
import type { ConnectionScope } from './appointments.repository';
import { BookingRecords } from './booking-records';
import { failedWith } from './failures';
import { type MovedChain, newestOfChains } from './moved-chains';
import { isOwn, ProviderTruth } from './provider-truth';

/** What came of bookings that were read from a list. */
export interface ReconciliationCounts {
  looked: number;
  /** Our record said something else, or nothing, or the booking should not be there. */
  drift: number;
  /** Drift that is gone, or that its saga is taking back now. */
  healed: number;
  /** Drift that could not be recorded now: the same booking is to be read again. */
  failed: number;
}

/** `left`: it agrees with our record, is older than it, or is somebody else's business. */
type Finding = 'left' | 'healed';

/** Makes our record say what the provider's lists say. Repeats, order and words that are out of date do no harm. */
@Injectable()
export class BookingReconciliation {
  constructor(
    private readonly records: BookingRecords,
    private readonly truth: ProviderTruth,
    private readonly logger: PinoLogger,
  ) {}

  /**
   * Settles bookings that were just read. Calls the provider only for a booking that was moved, and whose other half is
   * neither among them nor known here.
   *
   * @throws SchedulingError when the provider had to be asked and gave no answer; what was settled before stays.
   */
  async reconcile(
    connection: ConnectionScope,
    bookings: ProviderBooking[],
    context?: CallContext,
  ): Promise<ReconciliationCounts> {
    const counts: ReconciliationCounts = { looked: bookings.length, drift: 0, healed: 0, failed: 0 };
    for (const chain of newestOfChains(bookings)) {
      const finding = await this.tried(connection, chain, context);
      if (finding === 'left') continue;
      counts.drift += 1;
      counts[finding] += 1;
    }
    return counts;
  }

  /** One booking that cannot be recorded does not keep the others from it. */
  private async tried(
    connection: ConnectionScope,
    chain: MovedChain,
    context?: CallContext,
  ): Promise<Finding | 'failed'> {
    try {
      return await this.settle(connection, chain, context);
    } catch (error) {
      if (error instanceof SchedulingError) throw error;
      const { id: connectionId, companyId } = connection;
      this.logger.error({ err: error, connectionId, companyId }, 'a booking could not be reconciled');
      return 'failed';
    }
  }

  private async settle(connection: ConnectionScope, truth: MovedChain, context?: CallContext): Promise<Finding> {
    const row = await this.records.find(connection, truth);
    // A uid from before a move: at some servers it says "cancelled" and does not name its successor.
    if (row && (await this.records.isFormer(row, truth.booking.uid))) return 'left';
    if (truth.booking.rescheduledToUid !== undefined) return this.followed(connection, truth, context);
    if (row && row.status !== 'outcome_pending' && isOwn(row, truth)) return this.records.heal(row, truth);
    // A moved one carries the ref of the first of its chain.
    const isMoved = row !== undefined && truth.booking.rescheduledFromUid !== undefined;
    const echo = isMoved ? undefined : await this.records.echo(connection, truth, row);
    return echo ?? this.adopted(connection, truth, row, context);
  }

  /** Moved to a booking that is on another page. One whose successor was deleted is what it says itself. */
  private async followed(connection: ConnectionScope, truth: MovedChain, context?: CallContext): Promise<Finding> {
    const { rescheduledToUid, ...last } = truth.booking;
    const now = await this.orIfGone(
      () => this.truth.follow(connection.id, rescheduledToUid!, context),
      () => ({ booking: last, formerUids: [] }),
    );
    const { rescheduledToUid: _, ...booking } = now.booking;
    const formerUids = [...now.formerUids, truth.booking.uid, ...truth.formerUids];
    const chain = { ...truth, booking, formerUids: formerUids.filter((uid) => uid !== booking.uid) };
    return this.settle(connection, chain, context);
  }

  /** Made at the provider, or moved there from one that may be ours. */
  private async adopted(
    connection: ConnectionScope,
    truth: MovedChain,
    known: AppointmentEntity | undefined,
    context?: CallContext,
  ): Promise<Finding> {
    if (truth.isWhole && !known) return this.records.create(connection, truth);
    const { booking } = truth;
    const ancestors = await this.orIfGone(
      () => this.truth.ancestors(connection.id, booking, context),
      () => [],
    );
    const whole = { booking, formerUids: [...new Set([...truth.formerUids, ...ancestors])] };
    const row = ancestors.length > 0 ? await this.records.find(connection, whole) : known;
    if (!row) return this.records.create(connection, whole);
    // An appointment that has another booking by now: this one was replaced.
    return isOwn(row, whole) ? this.records.heal(row, whole) : 'left';
  }

  private async orIfGone<T>(read: () => Promise<T>, instead: () => T): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (failedWith(error, 'BOOKING_NOT_FOUND')) return instead();
      throw error;
    }
  }
}
