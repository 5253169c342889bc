import { Choices } from './choices';
import { violationIn } from './judge';
import { PlannedProvider } from './planned-provider';
import { begin, DAYS_LATER, isOpen, keyOf, type Plan, SETTLE_TICKS, type Situation } from './situation';
import { Trial } from './trial';

export interface Tried {
  situations: number;
  /** Actions of the real driver, each with one of the ways in which its calls and writes can end. */
  cases: number;
  violation?: string;
  trace?: string[];
  /** A situation from which no end can be reached. */
  deadEnd?: string[];
}

/** Every way in which everything can end, from every situation that can be come to. */
export async function tryAll(plan: Plan): Promise<Tried> {
  const reached = new Reached(begin(plan));
  let cases = 0;
  for (const [place, situation] of reached.all()) {
    for (const after of elapsed(plan, situation)) reached.add(place, after);
    if (isOpen(situation)) {
      const choices = new Choices();
      do {
        reached.add(place, withoutThePast(plan, await new Trial(plan, situation, choices).run()));
        cases++;
      } while (choices.next());
    }
    const violation = violationIn(plan, situation);
    if (violation) return { situations: reached.size, cases, violation, trace: reached.traceTo(place) };
  }
  const deadEnd = reached.deadEnd();
  return { situations: reached.size, cases, ...(deadEnd && { deadEnd }) };
}

/** Time passes, and what was sent takes effect or not. */
function elapsed(plan: Plan, situation: Situation): Situation[] {
  const { clock, calls } = situation;
  const later = clock === DAYS_LATER ? [] : [withoutThePast(plan, { ...situation, clock: clock + 1 })];
  const effects = calls.map((call, at) => {
    const trial = new Trial(plan, { ...situation, calls: calls.toSpliced(at, 1) }, new Choices());
    new PlannedProvider(trial).takeEffect(call);
    return trial.now;
  });
  return [...later, ...effects];
}

function withoutThePast({ isSettlingLonger }: Plan, situation: Situation): Situation {
  const { clock, calls } = situation;
  const settledAt = clock === DAYS_LATER ? clock : clock - SETTLE_TICKS - (isSettlingLonger ? 1 : 0);
  const open = calls.filter(({ sentAt }) => sentAt >= settledAt);
  return open.length === calls.length ? situation : { ...situation, calls: open };
}

class Reached {
  private readonly known = new Map<string, number>();
  private readonly situations: Situation[] = [];
  private readonly keys: string[] = [];
  private readonly cameFrom: number[] = [];
  private readonly edges: number[] = [];

  constructor(start: Situation) {
    this.add(0, start);
  }

  get size(): number {
    return this.situations.length;
  }

  *all(): Iterable<[number, Situation]> {
    for (let place = 0; place < this.situations.length; place++) yield [place, this.situations[place]!];
  }

  add(from: number, situation: Situation): void {
    const key = keyOf(situation);
    let place = this.known.get(key);
    if (place === undefined || situation.broken) {
      place = this.situations.push(situation) - 1;
      this.known.set(key, place);
      this.keys.push(key);
      this.cameFrom.push(from);
    }
    // Most ways lead where the one before them led.
    if (this.edges.at(-1) !== place || this.edges.at(-2) !== from) this.edges.push(from, place);
  }

  traceTo(place: number): string[] {
    const trace: string[] = [];
    for (let at = place; ; at = this.cameFrom[at]!) {
      trace.unshift(this.keys[at]!);
      if (at === 0) return trace;
    }
  }

  deadEnd(): string[] | undefined {
    const into: number[][] = this.situations.map(() => []);
    for (let at = 0; at < this.edges.length; at += 2) into[this.edges[at + 1]!]!.push(this.edges[at]!);
    const open = [...this.situations.keys()].filter((place) => !isOpen(this.situations[place]!));
    const ends = new Set(open);
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      for (const source of into[place]!) {
        if (ends.has(source)) continue;
        ends.add(source);
        open.push(source);
      }
    }
    const lost = this.situations.findIndex((_, place) => !ends.has(place));
    return lost < 0 ? undefined : this.traceTo(lost);
  }
}
