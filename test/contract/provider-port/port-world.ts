import { ProviderCapabilities, SchedulingProvider } from '../../../src/scheduling/provider-port';
import type { ProviderWrites } from '../../../src/scheduling/provider-writes';
import { BookingRequest, BookingSearch, EventType } from '../../../src/scheduling/words';
import type { ProviderApp } from './provider-app';
import { atOnce } from './at-once';

/** What can be made to go wrong at the provider, once, for the next call of one method. */
export type Fault =
  'conflict' | 'rate-limited' | 'slow' | 'error-before' | 'error-after' | 'answer-lost' | 'effect-late' | 'garbage';

/** A read, or a write by the name of its preparation. */
export type PortMethod = keyof SchedulingProvider | keyof ProviderWrites;

/** A provider as the contract sees it: accounts, a clock, faults, and a count of the calls that really arrived. */
export interface PortHarness {
  app: ProviderApp;
  /** An account of its own whose host works Monday to Friday, 09:00 to 17:00 in this zone. */
  account(timeZone: string): Promise<SchedulingProvider>;
  /** A team of these accounts, without event types; gives its id. Only where there are teams. */
  team(name: string, members: SchedulingProvider[]): Promise<string>;
  /** The same provider with a credential that it does not know. */
  stranger(): SchedulingProvider;
  /** The provider's clock; starts on a Monday, 2027-03-01T08:00:00Z, and stands still until it is moved. */
  now(): number;
  advanceTo(ms: number): void;
  inject(fault: Fault, method: PortMethod, delayMs?: number): Promise<void>;
  callsReceived(method: PortMethod): Promise<number>;
  stop(): Promise<void>;
}

export const MINUTE = 60_000;
export const DAY = 86_400_000;

/** One account with two event types, and starts that nobody has used yet: what the contract's tests share. */
export class PortWorld {
  harness: PortHarness;
  provider: SchedulingProvider;
  type: EventType;
  /** Needs the host's confirmation. */
  onRequest: EventType;
  private freeStarts: number[];
  private requests = 0;

  constructor(
    readonly name: string,
    /** What a verification has to find out. */
    readonly capabilities: ProviderCapabilities,
  ) {}

  async open(harness: PortHarness): Promise<void> {
    this.harness = harness;
    this.provider = await harness.account('Europe/Berlin');
    const plain = { title: 'Cut', slug: 'cut', lengthMinutes: 30, minimumNoticeMinutes: 0 };
    this.type = await atOnce(this.provider).createEventType({
      ...plain,
      locations: [{ type: 'address', value: 'Havelstrasse 12, Berlin' }],
    });
    this.onRequest = await atOnce(this.provider).createEventType({
      ...plain,
      slug: 'on-request',
      requiresConfirmation: true,
    });
    const fromMs = Date.UTC(2027, 2, 2);
    const slots = await this.provider.slots({
      eventTypeId: this.type.providerId,
      fromMs,
      toMs: fromMs + 25 * DAY,
      lengthMinutes: 30,
      gridTimeZone: 'Europe/Berlin',
    });
    this.freeStarts = slots.map(({ startMs }) => startMs);
  }

  nextStart(): number {
    const start = this.freeStarts.shift();
    if (start === undefined) throw new Error('the tests have used up all free starts');
    return start;
  }

  /** A request by a new person for a new start, unless said otherwise. */
  request(over: Partial<BookingRequest> = {}): BookingRequest {
    this.requests += 1;
    return {
      eventTypeId: this.type.providerId,
      startMs: over.startMs ?? this.nextStart(),
      attendee: {
        name: `Guest ${this.requests}`,
        email: `guest-${this.requests}@mail.example`,
        timeZone: 'Europe/Lisbon',
        language: 'de',
      },
      ref: `ref-${this.requests}`,
      deploymentId: 'contract-test',
      ...over,
    };
  }
}

/** What a caller knows of an attempt whose answer was lost. */
export function searchFor(asked: BookingRequest): BookingSearch {
  return {
    eventTypeId: asked.eventTypeId,
    attendeeEmail: asked.attendee.email,
    afterStartMs: asked.startMs,
    beforeEndMs: asked.startMs + 30 * MINUTE,
  };
}
