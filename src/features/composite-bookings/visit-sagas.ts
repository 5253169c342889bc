import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig, BookingConfig } from '../../foundation/config/app-config';
import type { NewSaga } from '../bookings/saga/sagas.service';
import type { AgreedSegment } from './visit';
import { stepOrder } from './visit-order';
import { namesOfParts, pendingStep, stepPlan, typesOfParts, type VisitWork } from './visit-work';

/** Bookings take 1.5 to 5 s each at Cal.com; a visit of six has to come about too. */
const EACH_FURTHER_SEGMENT_MS = 8_000;

/** What the sagas of visits are made of. */
@Injectable()
export class VisitSagas {
  private readonly settings: BookingConfig;

  constructor(config: ConfigService<AppConfig, true>) {
    this.settings = config.get('bookings', { infer: true });
  }

  /** Books every segment. */
  booking({ request, caller, plan, option, command }: VisitWork, segments: AgreedSegment[]): NewSaga {
    const { parts } = option;
    const order = stepOrder(this.settings.visitOrder, plan, parts);
    return {
      id: randomUUID(),
      kind: 'visit',
      companyId: request.companyId,
      connectionId: parts[0]!.eventType.connectionId,
      deadlineMs: this.deadlineMs(parts.length),
      input: { command, eventTypes: namesOfParts(parts) },
      plan: order.map((place) => stepPlan(segments[place]!)),
      steps: order.map((place) => pendingStep(plan, parts[place]!)),
      eventTypes: typesOfParts(parts),
      ...(caller.correlationId ? { correlationId: caller.correlationId } : {}),
    };
  }

  deadlineMs(segments: number): number {
    return this.settings.deadlineMs + (segments - 1) * EACH_FURTHER_SEGMENT_MS;
  }
}
