import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { formatInstant } from '../../foundation/time/instants';
import type { CallContext } from '../../scheduling/call-context';
import type { Slot } from '../../scheduling/words';
import { AvailabilityService } from '../availability/availability.service';
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
  /** Of a service: who is free then, whom to ask first. */
  staffIds?: string[];
}

type NearSlot = Slot & { staffIds?: string[] };

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
   * Up to three that nobody holds, nearest first, in the attendee's zone; none when they cannot be had in time. Of an
   * event type they are freshly read; of a service as stored, also at the same start with others of its staff.
   *
   * @param untilMs the caller's patience, `performance.now()`.
   */
  async near(work: BookingWork, untilMs: number): Promise<Alternative[]> {
    const { startMs, attendee } = work.command;
    const patienceMs = Math.min(PATIENCE_MS, untilMs - performance.now());
    if (patienceMs <= 0) return [];
    const context = { correlationId: work.caller.correlationId, signal: AbortSignal.timeout(Math.ceil(patienceMs)) };
    try {
      const slots = work.service ? await this.ofService(work, work.service, context) : await this.ofType(work, context);
      const distance = (slot: { startMs: number }): number => Math.abs(slot.startMs - startMs);
      return slots
        .sort((a, b) => distance(a) - distance(b))
        .slice(0, COUNT)
        .map((slot) => ({
          start: formatInstant(slot.startMs, attendee.timeZone),
          end: formatInstant(slot.endMs, attendee.timeZone),
          ...(slot.staffIds ? { staffIds: slot.staffIds } : {}),
        }));
    } catch (error) {
      this.logger.info({ err: error }, 'no alternatives');
      return [];
    }
  }

  private async ofService(
    { request, command: { startMs } }: BookingWork,
    { id: serviceId, staffId, isChosen }: NonNullable<BookingWork['service']>,
    context: CallContext,
  ): Promise<NearSlot[]> {
    const asked = { serviceId, ...(isChosen ? { staffId } : {}) };
    const range = [startMs - BEFORE_MS, startMs + AFTER_MS] as const;
    const slots = await this.availability.offered(request.companyId, asked, ...range, context);
    return slots.flatMap((slot) => {
      if (slot.startMs !== startMs) return [slot];
      const others = slot.staffIds?.filter((other) => other !== staffId) ?? [];
      return others.length === 0 ? [] : [{ ...slot, staffIds: others }];
    });
  }

  private async ofType({ eventType, command: { startMs } }: BookingWork, context: CallContext): Promise<NearSlot[]> {
    const name = `${eventType.id} ${startMs}`;
    const look =
      this.looking.get(name) ??
      this.availability
        .unclaimed(eventType, startMs - BEFORE_MS, startMs + AFTER_MS, context)
        .finally(() => this.looking.delete(name));
    this.looking.set(name, look);
    return (await look).filter((slot) => slot.startMs !== startMs);
  }
}
