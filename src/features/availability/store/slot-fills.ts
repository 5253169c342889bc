import type { CallContext } from '../../../scheduling/call-context';
import { SchedulingError } from '../../../scheduling/scheduling-error';
import type { SlotShelf } from './slot-shelf';
import { DAY_MS, dayOf, daysOf, keepOnly, pack } from './slot-windows';
import type { SoldType } from './sold-type';
import type { StoredType } from './stored-type';
import type { TimeClaim } from '../claims/time-claim';

/** What a page may ask for at once, with the day that other zones are ahead and one that is over soon. */
export const WIDE_DAYS = 64;
/** A provider that takes longer is asked for what is needed first. */
const SLOW_MS = 800;
/** Of each answer in what is remembered of a connection's pace. */
const WEIGHT = 0.3;
/** Bounds the memory of paces. */
const REMEMBERED_MAX = 10_000;

/** Free starts inside [fromMs, toMs), milliseconds. @throws SchedulingError */
export type FetchSlots = (type: SoldType, fromMs: number, toMs: number, context: CallContext) => Promise<number[]>;

interface Days {
  fromDay: number;
  toDay: number;
}

interface Fill extends Days {
  beganAtMs: number;
  isInteractive: boolean;
  landed: Promise<void>;
}

/** Calls that fill the store: one at a time for the same days, wide, because calls are limited and days are not. */
export class SlotFills {
  private readonly running = new WeakMap<StoredType, Set<Fill>>();
  /** How long a connection's answers take, smoothed. */
  private readonly paceMs = new Map<string, number>();
  /** Accounts, that is servers, that did not answer when they were asked last. */
  private readonly silent = new Set<string>();

  /** @param takenSince what became known to be taken since a call began, or shortly before it. */
  constructor(
    private readonly around: { now(): number; fetch: FetchSlots },
    private readonly shelf: SlotShelf,
    private readonly takenSince: (stored: StoredType, sinceMs: number) => TimeClaim[],
  ) {}

  /** Resolves when the days of [fromMs, toMs) have landed, by a call of its own or by one under way. @throws SchedulingError */
  async fill(stored: StoredType, fromMs: number, toMs: number, context: CallContext): Promise<void> {
    const asked = daysOf(fromMs, toMs);
    const under = this.underWay(stored, asked, context.lane === 'interactive');
    if (under) return under.landed;
    const wide = wideAround(asked, dayOf(this.around.now()));
    const isSlow = (this.paceMs.get(stored.type.eventType.connectionId) ?? 0) > SLOW_MS;
    const isCold = !stored.windowsFor(fromMs, toMs);
    if (!isSlow || !isCold || context.lane === 'background') return this.begin(stored, wide, context);
    await this.begin(stored, asked, context);
    this.begin(stored, wide, { ...context, lane: 'background' }).catch(() => undefined);
  }

  /** Whether its server did not answer when it was asked last, for whichever type and company. */
  isSilent({ type }: StoredType): boolean {
    return this.silent.has(type.account);
  }

  /** One that began before something changed is none. */
  private underWay(stored: StoredType, { fromDay, toDay }: Days, isInteractive: boolean): Fill | undefined {
    const changedMs = Math.max(...stored.doubts.map(({ sinceMs }) => sinceMs), Number.NEGATIVE_INFINITY);
    return [...(this.running.get(stored) ?? [])].find(
      (fill) =>
        fill.fromDay <= fromDay &&
        fill.toDay >= toDay &&
        fill.beganAtMs >= changedMs &&
        (fill.isInteractive || !isInteractive),
    );
  }

  private begin(stored: StoredType, days: Days, context: CallContext): Promise<void> {
    const beganAtMs = this.around.now();
    const landed = this.call(stored, days, beganAtMs, context);
    const fill: Fill = { ...days, beganAtMs, isInteractive: context.lane === 'interactive', landed };
    const fills = this.running.get(stored) ?? new Set<Fill>();
    this.running.set(stored, fills.add(fill));
    const end = (): void => void fills.delete(fill);
    landed.then(end, (error: unknown) => {
      end();
      this.failed(stored.type, error);
    });
    return landed;
  }

  private async call(stored: StoredType, days: Days, beganAtMs: number, context: CallContext): Promise<void> {
    const { type } = stored;
    const fromMs = Math.max(days.fromDay * DAY_MS, beganAtMs);
    const starts = await this.around.fetch(type, fromMs, days.toDay * DAY_MS, context);
    this.learn(type, this.around.now() - beganAtMs);
    const taken = stored.isInTurn ? [] : this.takenSince(stored, beganAtMs);
    const window = { ...days, starts: pack(starts), askedAtMs: beganAtMs };
    stored.land(keepOnly(window, (startMs) => stored.isFree(startMs, taken)));
    this.shelf.weigh(stored);
  }

  private failed({ account }: SoldType, error: unknown): void {
    // A refusal is an answer too, and no permit is our own doing.
    if (!(error instanceof SchedulingError) || error.code === 'UNAVAILABLE') this.silent.add(account);
  }

  private learn({ account, eventType: { connectionId } }: SoldType, tookMs: number): void {
    this.silent.delete(account);
    if (this.paceMs.size >= REMEMBERED_MAX) this.paceMs.clear();
    const known = this.paceMs.get(connectionId) ?? tookMs;
    this.paceMs.set(connectionId, known + (tookMs - known) * WEIGHT);
  }
}

function wideAround({ fromDay, toDay }: Days, today: number): Days {
  if (toDay <= today + WIDE_DAYS) return { fromDay: Math.min(fromDay, today), toDay: today + WIDE_DAYS };
  return { fromDay, toDay: Math.max(toDay, fromDay + WIDE_DAYS) };
}
