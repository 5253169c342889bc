import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../../../foundation/time/clock';
import { formatInstant } from '../../../foundation/time/instants';
import { type VisitOption, VisitOffers } from '../../availability/composite/visit-offers.service';
import type { ServicePlan } from '../../services/services.service';

const COUNT = 3;
/** Alternatives are a courtesy: a refusal does not wait longer for them. */
const PATIENCE_MS = 3_000;

/** A whole visit that can be had instead; a booking takes its `optionId`. */
export interface VisitAlternative {
  optionId: string;
  start: string;
  end: string;
  segments: { segmentId: string; name: string; staffId: string; staffName: string; start: string; end: string }[];
}

/** Whole visits near one that cannot be had. */
@Injectable()
export class VisitAlternatives {
  constructor(
    private readonly offers: VisitOffers,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {}

  /**
   * Up to three, nearest first, freshly read; none when they cannot be had in time.
   *
   * @param startMs what was wished for; now where that is not known.
   * @param untilMs the caller's patience, `performance.now()`.
   */
  async near(
    plan: ServicePlan,
    startMs: number | undefined,
    { timeZone, correlationId, untilMs }: { timeZone: string; correlationId?: string; untilMs: number },
  ): Promise<VisitAlternative[]> {
    const patienceMs = Math.min(PATIENCE_MS, untilMs - performance.now());
    if (patienceMs <= 0) return [];
    try {
      const context = { correlationId, signal: AbortSignal.timeout(Math.ceil(patienceMs)) };
      const options = await this.offers.near(plan, startMs ?? this.clock.now(), COUNT, context);
      return options.map((option) => alternative(option, timeZone));
    } catch (error) {
      this.logger.info({ err: error }, 'no alternatives');
      return [];
    }
  }
}

function alternative({ optionId, startMs, endMs, parts }: VisitOption, timeZone: string): VisitAlternative {
  return {
    optionId,
    start: formatInstant(startMs, timeZone),
    end: formatInstant(endMs, timeZone),
    segments: parts.map(({ segmentId, name, staffId, staffName, startMs: from, endMs: to }) => ({
      ...{ segmentId, name, staffId, staffName },
      start: formatInstant(from, timeZone),
      end: formatInstant(to, timeZone),
    })),
  };
}
