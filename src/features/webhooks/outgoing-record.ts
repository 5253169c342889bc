import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { EndpointsRepository } from './endpoints.repository';
import { pauseAfter } from './outgoing-backoff';
import { type AttemptRecord, type ClaimedDelivery, OutgoingClaims } from './outgoing-claims.repository';

/** The receiver says that it is gone for good. */
const GONE = 410;

/** Writes down what came of an attempt, and what it says of the endpoint. */
@Injectable()
export class OutgoingRecord {
  constructor(
    private readonly claims: OutgoingClaims,
    private readonly endpoints: EndpointsRepository,
    private readonly logger: PinoLogger,
  ) {}

  async finish(delivery: ClaimedDelivery, made: Pick<AttemptRecord, 'at' | 'reply' | 'sealedResponse'>): Promise<void> {
    const { companyId, endpointId } = delivery;
    const { reply } = made;
    if (reply.error === null) {
      await this.claims.finish(delivery, { ...made, verdict: 'delivered', pauseMs: 0 });
      return this.endpoints.noteSuccess(companyId, endpointId);
    }
    const gone = reply.status === GONE;
    const pauseMs = gone ? undefined : pauseAfter(delivery.tries + 1);
    const verdict = pauseMs === undefined ? 'failed' : 'pending';
    await this.claims.finish(delivery, { ...made, verdict, pauseMs: pauseMs ?? 0 });
    const disabled = await this.endpoints.noteFailure(companyId, endpointId, gone);
    if (disabled) this.logger.warn({ companyId, endpointId, reason: disabled }, 'webhook endpoint disabled');
  }

  /** Its endpoint was switched off meanwhile. */
  skip(delivery: ClaimedDelivery): Promise<void> {
    return this.claims.skip(delivery);
  }

  /** This process stops; another one sends it. */
  release(delivery: ClaimedDelivery): Promise<void> {
    return this.claims.release(delivery);
  }
}
