import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { formatInstant } from '../../foundation/time/instants';
import type { CallContext } from '../../scheduling/call-context';
import type { Slot } from '../../scheduling/words';
import { AvailabilityService } from '../availability/availability.service';
import type { EventTypeRecord } from '../event-types/event-types.service';
import type { BookingWork } from './booking-command';

const DAY_MS = 86_400_000;
/** A time a week later is no alternative to most people; it is one to somebody who asked for a Monday. */
const BEFORE_MS = DAY_MS;
const AFTER_MS = 7 * DAY_MS;
const COUNT = 3;
/** Alternatives are a courtesy: a refusal does not wait longer for them. */
const PATIENCE_MS = 3_000;

export interface Alternative {
  start: string;
  end: string;
}

/** Free times near one that is not free. */
@Injectable()
export class Alternatives {
  /** Looks under way: fifty who are refused the same time at once share one. */
  private readonly looking = new Map<string, Promise<Slot[]>>();

  constructor(
    private readonly availability: AvailabilityService,
    private readonly logger: PinoLogger,
  ) {}

  /**
   * Up to three that nobody holds, nearest first, freshly read, in the attendee's zone; none when they cannot be had in
   * time.
   *
   * @param untilMs the caller's patience, `performance.now()`.
   */
  async near({ command, eventType, caller }: BookingWork, untilMs: number): Promise<Alternative[]> {
    const { startMs, attendee } = command;
    const patienceMs = Math.min(PATIENCE_MS, untilMs - performance.now());
    if (patienceMs <= 0) return [];
    const context = { correlationId: caller.correlationId, signal: AbortSignal.timeout(Math.ceil(patienceMs)) };
    try {
      const slots = await this.slotsNear(eventType, startMs, context);
      const distance = (slot: { startMs: number }): number => Math.abs(slot.startMs - startMs);
      return slots
        .filter((slot) => slot.startMs !== startMs)
        .sort((a, b) => distance(a) - distance(b))
        .slice(0, COUNT)
        .map((slot) => ({
          start: formatInstant(slot.startMs, attendee.timeZone),
          end: formatInstant(slot.endMs, attendee.timeZone),
        }));
    } catch (error) {
      this.logger.info({ err: error }, 'no alternatives');
      return [];
    }
  }

  private slotsNear(eventType: EventTypeRecord, startMs: number, context: CallContext): Promise<Slot[]> {
    const name = `${eventType.id} ${startMs}`;
    const known = this.looking.get(name);
    if (known) return known;
    const look = this.availability
      .unclaimed(eventType, startMs - BEFORE_MS, startMs + AFTER_MS, context)
      .finally(() => this.looking.delete(name));
    this.looking.set(name, look);
    return look;
  }
}
