import { Injectable } from '@nestjs/common';
import type { CallContext } from '../../scheduling/call-context';
import { HostTimes } from './claims/host-times.service';
import { SlotStore, type StoredSlots } from './store/slot-store';
import type { SoldType } from './store/sold-type';

/** Free starts of an event type as stored, without what is claimed. */
@Injectable()
export class FreeStarts {
  constructor(
    private readonly store: SlotStore,
    private readonly times: HostTimes,
  ) {}

  /** @throws SchedulingError as {@link SlotStore.read} */
  async of(type: SoldType, fromMs: number, toMs: number, context?: CallContext): Promise<StoredSlots> {
    if (this.store.isHearing) return this.store.read(type, fromMs, toMs, context);
    // Whoever does not hear of claims looks them up; before the provider is asked, as HostTimes.unclaimed says.
    const isFree = await this.times.unclaimed(type.eventType, fromMs, toMs);
    const found = await this.store.read(type, fromMs, toMs, context);
    const lengthMs = type.eventType.lengthMinutes * 60_000;
    return { ...found, starts: found.starts.filter((startMs) => isFree({ startMs, endMs: startMs + lengthMs })) };
  }
}
