import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Counter } from 'prom-client';
import type { AppConfig } from '../config/app-config';
import { ApiError } from '../errors/api-error';
import { Metrics } from '../metrics/metrics.service';
import type { Caller } from './access';
import { networkOf } from './network-of';
import { TokenBuckets } from './token-buckets';

/**
 * How many requests a key may make, so that one client cannot take the service from the others. Counted in each
 * process: several replicas let so many times as much through, and no request waits for a database because of it.
 */
@Injectable()
export class Quotas {
  private readonly secret: TokenBuckets;
  private readonly publishable: TokenBuckets;
  private readonly refused: Counter<'kind'>;

  constructor(config: ConfigService<AppConfig, true>, metrics: Metrics) {
    const { secretPerMinute, publishablePerMinute } = config.get('quotas', { infer: true });
    this.secret = new TokenBuckets(secretPerMinute);
    this.publishable = new TokenBuckets(publishablePerMinute);
    this.refused = new Counter({
      name: 'slotbridge_requests_over_quota_total',
      help: 'Requests refused because their key, or a publishable key at one address, made too many',
      labelNames: ['kind'] as const,
      registers: [metrics.registry],
    });
  }

  /**
   * Counts a request. Everybody can read a publishable key from a page, so it is counted for each address (IPv6: each /64).
   *
   * @throws ApiError `RATE_LIMIT_EXCEEDED` with the seconds after which the next one is let through.
   */
  count(caller: Caller, address: string): void {
    const waitMs = this.take(caller, address);
    if (waitMs === 0) return;
    this.refused.inc({ kind: caller.kind });
    const seconds = String(Math.max(1, Math.ceil(waitMs / 1000)));
    throw new ApiError('RATE_LIMIT_EXCEEDED', { headers: { 'retry-after': seconds } });
  }

  /** Counts a request if there is room for it. One without room is not counted: it is {@link count} that refuses it. */
  countIfRoom(caller: Caller, address: string): boolean {
    return this.take(caller, address) === 0;
  }

  private take({ kind, keyId, companyId }: Caller, address: string): number {
    if (kind === 'admin') return 0;
    const isPublic = kind !== 'secret';
    return isPublic
      ? this.publishable.take(`${keyId ?? companyId} ${networkOf(address)}`)
      : this.secret.take(keyId ?? companyId);
  }
}
