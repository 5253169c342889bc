import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { Metrics } from '../../foundation/metrics/metrics.service';
import type { CallContext } from '../../scheduling/call-context';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { Page, ProviderBooking } from '../../scheduling/words';
import { BookingReconciliation, type ReconciliationCounts } from '../bookings/booking-reconciliation.service';
import { ProviderCalls } from '../event-types/provider-calls.service';
import { BookingSweepsRepository, type SweepPlace } from './booking-sweeps.repository';
import type { SyncTurn, TurnOutcome } from './sync-states.repository';

/** A change may become visible a little after the instant that it bears. */
const OVERLAP_MS = 120_000;
/** Most that a provider's page holds. */
const PAGE = 100;
/** Calls of one look: a long list goes on at the next one, so that nobody's pace is used up by it. */
const PAGES_MAX = 3;

export interface SweepReport extends ReconciliationCounts {
  outcome: TurnOutcome;
  /** Why it ended early: a code. */
  error?: string;
}

type Ended = Pick<SweepReport, 'outcome' | 'error'>;

const NOT_RECORDED: Ended = { outcome: 'failed', error: 'BOOKINGS_NOT_RECORDED' };

/** Reads a connection's bookings that changed since the last look, and settles each. */
@Injectable()
export class BookingsSweep {
  private readonly reconciled: Counter<'outcome'>;

  constructor(
    private readonly calls: ProviderCalls,
    private readonly bookings: BookingReconciliation,
    private readonly sweeps: BookingSweepsRepository,
    metrics: Metrics,
  ) {
    this.reconciled = new Counter({
      name: 'slotbridge_reconciled_bookings_total',
      help: 'Bookings read by reconciliation: looked at, found to differ from our record, healed, failed',
      labelNames: ['outcome'] as const,
      registers: [metrics.registry],
    });
  }

  /** Never throws for a provider's failure: it is part of the report and remembered. */
  async run(turn: SyncTurn, context: CallContext): Promise<SweepReport> {
    const total: ReconciliationCounts = { looked: 0, drift: 0, healed: 0, failed: 0 };
    const ended = await this.readPages(turn, total, context);
    await this.sweeps.finish(turn, ended.error);
    for (const name of ['looked', 'drift', 'healed', 'failed'] as const)
      this.reconciled.inc({ outcome: name }, total[name]);
    return { ...total, ...ended };
  }

  private async readPages(turn: SyncTurn, total: ReconciliationCounts, context: CallContext): Promise<Ended> {
    try {
      let place = await this.sweeps.begin(turn);
      for (let page = 0; place && page < PAGES_MAX; page++) {
        const read = await this.page(turn, place, context);
        place = await this.settled(turn, place, read, total, context);
        if (place && place.pageCursor === undefined)
          return place.seenUntilMs === undefined ? NOT_RECORDED : { outcome: 'done' };
      }
      return place ? { outcome: 'more' } : { outcome: 'failed', error: 'TAKEN_OVER' };
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
      return { outcome: error.code === 'AUTHENTICATION_FAILED' ? 'refused' : 'failed', error: error.code };
    }
  }

  private async page(turn: SyncTurn, place: SweepPlace, context: CallContext): Promise<Page<ProviderBooking>> {
    const sinceMs = place.changedSinceMs - OVERLAP_MS;
    const read = (cursor?: string) =>
      this.calls.run(turn.connectionId, (provider) =>
        provider.bookingsChangedSince(sinceMs, { size: PAGE, ...(cursor === undefined ? {} : { cursor }) }, context),
      );
    try {
      return await read(place.pageCursor);
    } catch (error) {
      // A cursor from before a change of the provider's dialect, or of this program: the reading begins anew.
      const isStale =
        error instanceof SchedulingError && error.code === 'INVALID_REQUEST' && place.pageCursor !== undefined;
      if (!isStale) throw error;
      return read();
    }
  }

  /** @returns where to go on; undefined when another replica has taken over. */
  private async settled(
    turn: SyncTurn,
    place: SweepPlace,
    read: Page<ProviderBooking>,
    total: ReconciliationCounts,
    context: CallContext,
  ): Promise<SweepPlace | undefined> {
    const counts = await this.bookings.reconcile(
      { id: turn.connectionId, companyId: turn.companyId },
      read.items,
      context,
    );
    for (const name of ['looked', 'drift', 'healed', 'failed'] as const) total[name] += counts[name];
    const next = placeAfter(place, read, counts.failed > 0);
    return (await this.sweeps.saved(turn, next, counts)) ? next : undefined;
  }
}

/**
 * What could not be recorded is read again with everything behind it: then the reading has no `seenUntilMs`, to its end,
 * and the next one begins where this one began.
 */
function placeAfter(place: SweepPlace, { items, nextCursor }: Page<ProviderBooking>, failed: boolean): SweepPlace {
  const { changedSinceMs, pageCursor } = place;
  const isTorn = failed || (pageCursor !== undefined && place.seenUntilMs === undefined);
  const goesOn = nextCursor === undefined ? {} : { pageCursor: nextCursor };
  if (isTorn) return { changedSinceMs, ...goesOn };
  const changes = items.map(({ updatedAtMs, createdAtMs }) => updatedAtMs ?? createdAtMs ?? 0);
  const seenUntilMs = Math.max(place.seenUntilMs ?? changedSinceMs, ...changes);
  return { changedSinceMs: nextCursor === undefined ? seenUntilMs : changedSinceMs, ...goesOn, seenUntilMs };
}
