import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { HostTimes, hostPlaceOf, startPlaceOf, type TimeClaim } from '../../availability/claims/host-times.service';
import type { VisitPart } from '../../availability/composite/visit-offers.service';
import type { Saga } from '../../bookings/saga/sagas.service';
import type { ServicePlan } from '../../services/services.service';
import type { AgreedSegment } from '../visit';

/** What a visit takes of its hosts' time while it is being booked: its segments, and gaps in which nobody else is served. */
@Injectable()
export class VisitClaims {
  constructor(private readonly times: HostTimes) {}

  /** Found out before the transaction: one that waits for a second connection starves the pool. */
  async wantedBy({ segments }: ServicePlan, parts: readonly VisitPart[]): Promise<TimeClaim[]> {
    const claims: TimeClaim[] = [];
    for (const [index, { eventType, startMs, endMs }] of parts.entries()) {
      claims.push(...(await this.times.wantedBy(eventType, startMs)));
      const next = parts[index + 1];
      const isKept = segments[index]?.gapFreesStaff === false && next !== undefined && next.startMs > endMs;
      if (isKept) claims.push(...(await this.times.wantedBetween(eventType, endMs, next.startMs)));
    }
    return merged(claims);
  }

  /** As {@link wantedBy}, with the times at which its bookings are now: they may have to go back there. */
  async wantedByMove(plan: ServicePlan, parts: readonly VisitPart[], segments: readonly AgreedSegment[]) {
    const claims = await this.wantedBy(plan, parts);
    for (const { segmentId, eventTypeId, startMs } of segments) {
      const { eventType } = parts.find((part) => part.segmentId === segmentId)!;
      if (eventType.id === eventTypeId) claims.push(...(await this.times.wantedBy(eventType, startMs)));
    }
    return merged(claims);
  }

  /** All of it or nothing. @throws TimeClaimed when somebody else has some of it: the transaction must not commit. */
  async claim(manager: EntityManager, { id, companyId }: Saga, wanted: TimeClaim[]): Promise<void> {
    await this.times.claim(manager, companyId, { sagaId: id }, wanted);
  }
}

/** Overlapping times of one host are one: a claimant who claims twice would be in its own way. */
export function merged(claims: TimeClaim[]): TimeClaim[] {
  const byHost = Map.groupBy(claims, ({ account, host }) => `${account}\n${host}`);
  return [...byHost.values()].flatMap((own) => {
    const sorted = own.toSorted((a, b) => fromOf(a) - fromOf(b));
    return sorted.reduce<TimeClaim[]>((before, claim) => {
      const last = before.at(-1);
      if (!last || toOf(last) <= fromOf(claim)) return [...before, claim];
      const isLonger = toOf(claim) > toOf(last);
      return isLonger ? [...before.slice(0, -1), { ...last, toMs: claim.toMs }] : before;
    }, []);
  });
}

const fromOf = ({ fromMs = Number.NEGATIVE_INFINITY }: TimeClaim): number => fromMs;
const toOf = ({ toMs = Number.POSITIVE_INFINITY }: TimeClaim): number => toMs;

/** Which segment has claimed this time; undefined for a gap that keeps its person. */
export function segmentOfClaim(parts: readonly VisitPart[], { host, fromMs = 0, toMs = Infinity }: TimeClaim) {
  const index = parts.findIndex(({ eventType: { providerId, definition }, startMs, endMs }) => {
    const hosts = definition.hosts.map(({ id }) => hostPlaceOf(id));
    const isOwn = hosts.includes(host) || host === startPlaceOf(providerId);
    const { beforeBufferMinutes, afterBufferMinutes } = definition;
    return isOwn && startMs - beforeBufferMinutes * 60_000 < toMs && fromMs < endMs + afterBufferMinutes * 60_000;
  });
  const part = parts[index];
  return part && { index, segmentId: part.segmentId, name: part.name };
}
