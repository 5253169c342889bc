import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { ApiError } from '../../foundation/errors/api-error';
import type { CallContext } from '../../scheduling/call-context';
import { SchedulingError } from '../../scheduling/scheduling-error';
import { EventTypesService } from '../event-types/event-types.service';
import { BookingsSweep, type SweepReport } from './bookings-sweep';
import { SyncStatesRepository, type SyncTurn, type TurnOutcome } from './sync-states.repository';

/** Nobody waits for it, so it may wait for its pace; well before another replica may take it over. */
const DEADLINE_MS = 75_000;

/** Makes the looks whose turn it is. All their calls go by the background lane. */
@Injectable()
export class SyncTurns {
  constructor(
    private readonly states: SyncStatesRepository,
    private readonly sweep: BookingsSweep,
    private readonly eventTypes: EventTypesService,
    private readonly logger: PinoLogger,
  ) {}

  /** Makes a look, whatever it is of, and plans the next one. Never throws. */
  async make(turn: SyncTurn, stop?: AbortSignal): Promise<void> {
    try {
      await (turn.kind === 'bookings' ? this.sweepBookings(turn, stop) : this.syncEventTypes(turn, stop));
    } catch (error) {
      const { connectionId, companyId, kind } = turn;
      this.logger.error({ err: error, connectionId, companyId, kind }, 'a look at a connection broke off');
      // Without the database it is planned anew once its time has run out.
      await this.states.end(turn, 'failed').catch(() => {});
    }
  }

  async sweepBookings(turn: SyncTurn, stop?: AbortSignal): Promise<SweepReport> {
    const report = await this.sweep.run(turn, inBackground(stop));
    await this.states.end(turn, report.outcome);
    const { connectionId, companyId } = turn;
    if (report.drift > 0) this.logger.info({ connectionId, companyId, ...report }, 'bookings reconciled');
    return report;
  }

  /** The mirror's own ids, and what hangs on them, stay as they are. */
  async syncEventTypes(turn: SyncTurn, stop?: AbortSignal): Promise<TurnOutcome> {
    const outcome = await this.synced(turn.companyId, inBackground(stop));
    await this.states.end(turn, outcome);
    return outcome;
  }

  private async synced(companyId: string, context: CallContext): Promise<TurnOutcome> {
    try {
      await this.eventTypes.sync(companyId, context);
      return 'done';
    } catch (error) {
      if (error instanceof ApiError) return 'failed';
      if (!(error instanceof SchedulingError)) throw error;
      return error.code === 'AUTHENTICATION_FAILED' ? 'refused' : 'failed';
    }
  }
}

function inBackground(stop?: AbortSignal): CallContext {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  return { lane: 'background', signal: stop ? AbortSignal.any([deadline, stop]) : deadline };
}
