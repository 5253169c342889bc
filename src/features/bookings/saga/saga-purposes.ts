import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ProviderBooking } from '../../../scheduling/words';
import type { Saga, SagaKind } from './saga';
import type { SagaState } from './saga-state';

/**
 * What the turns of one kind of saga mean for the records that it is about. Everything is written in the saga's own
 * transaction. `saga.state` is what it was before.
 */
export interface SagaPurpose {
  /** Its claims stand until everything is undone, because what is moved back needs its old time. */
  keepsTimes?: boolean;
  /** The pivot: every step is booked, as `bookings` say. */
  confirmed(manager: EntityManager, saga: Saga, bookings: ProviderBooking[]): Promise<void>;
  /** It will not be confirmed any more: from here on callers may be told so. */
  turned(manager: EntityManager, saga: Saga): Promise<void>;
  /** After every write, whatever was written. */
  stepped?(manager: EntityManager, saga: Saga, state: SagaState): Promise<void>;
  /** Nothing is left to undo, or only what is stuck. */
  undone?(manager: EntityManager, saga: Saga, state: SagaState): Promise<void>;
}

/** Who is told of the turns of which kind of saga. Rooms further to the right say so when they start. */
@Injectable()
export class SagaPurposes {
  private readonly purposes = new Map<SagaKind, SagaPurpose>();

  register(kind: SagaKind, purpose: SagaPurpose): void {
    this.purposes.set(kind, purpose);
  }

  /** @throws Error for a kind that nobody has registered: the saga is laid down, and nothing is lost. */
  of(kind: SagaKind): SagaPurpose {
    const purpose = this.purposes.get(kind);
    if (!purpose) throw new Error(`nobody knows what a ${kind} is for`);
    return purpose;
  }
}
