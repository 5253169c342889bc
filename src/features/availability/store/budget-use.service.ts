import { Injectable } from '@nestjs/common';
import { Clock } from '../../../foundation/time/clock';
import { ProviderCalls } from '../../event-types/provider-calls.service';

/** The window of a budget is a minute long: within seconds it does not fill. */
const KEPT_MS = 5_000;
const REMEMBERED_MAX = 10_000;

/** How much of each connection's budget is in use, as last seen; looked at again now and then, and nobody waits for it. */
@Injectable()
export class BudgetUse {
  private readonly seen = new Map<string, { share: number; atMs: number }>();

  constructor(
    private readonly calls: ProviderCalls,
    private readonly clock: Clock,
  ) {}

  /** 0 to 1; 0 for one never looked at. */
  share(connectionId: string): number {
    const known = this.seen.get(connectionId);
    if (!known || this.clock.now() - known.atMs > KEPT_MS) this.look(connectionId, known?.share ?? 0);
    return known?.share ?? 0;
  }

  private look(connectionId: string, lastShare: number): void {
    if (this.seen.size >= REMEMBERED_MAX) this.seen.clear();
    this.seen.set(connectionId, { share: lastShare, atMs: this.clock.now() });
    this.calls
      .run(connectionId, (provider) => provider.pace())
      .then(({ left, limit }) => {
        this.seen.set(connectionId, { share: limit > 0 ? 1 - left / limit : 1, atMs: this.clock.now() });
      })
      // What cannot be looked at stays as it was.
      .catch(() => undefined);
  }
}
