import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './dice';
import type { Options } from './options';
import type { Replica, Watch } from './replica';

/** Between two blows, milliseconds. */
const GAP_MIN_MS = 3_000;
const GAP_MAX_MS = 5_000;
const FREEZE_MIN_MS = 500;
const FREEZE_MAX_MS = 5_000;

/** Where processes are made to end by themselves; those that are passed often also at a later pass. */
export const PLACES = [
  'begun',
  'prepared',
  'writing intended',
  'wrote intended',
  'sending',
  'answered',
  'writing booked',
  'wrote booked',
  'writing refused',
  'wrote refused',
  'wrote lost',
  'found',
  'wrote looked',
  'wrote look-failed',
  'wrote gave-up',
  'undone',
  'writing cancelled',
  'wrote cancelled',
  'writing committed',
  'wrote return-intended',
  'writing returned',
  'wrote returned',
  'webhook begun',
  'webhook applied',
  'webhook finished',
] as const;
const PASSES_MAX = 4;
/** At once, so that one that waits for a rare place does not keep the others from theirs. */
const ARMED_MAX = 2;

/** Hits processes: from outside at random moments, and at named places. */
export class Blows implements Watch {
  readonly endedAt = new Map<string, number>();
  kills = 0;
  freezes = 0;
  crashes = 0;
  /** From the crash of Postgres until it served again. */
  readonly outages: { fromMs: number; toMs: number }[] = [];
  /** Processes that ended although nobody hit them. */
  byItself: string[] = [];
  isOn = false;
  private places: string[];
  private readonly replicas = new Set<Replica>();

  constructor(
    private readonly options: Options,
    private readonly dice: Dice,
    private readonly crashPostgres: (() => Promise<void>) | undefined,
  ) {
    this.places = dice.shuffled(PLACES);
  }

  arm(replica: Replica): string | undefined {
    this.replicas.add(replica);
    const armed = [...this.replicas].filter((other) => other !== replica && other.armed !== undefined);
    if (!this.isOn || armed.length >= ARMED_MAX) return undefined;
    const place = this.places.shift()!;
    this.places.push(place);
    return `${place}:${this.dice.between(1, PASSES_MAX)}`;
  }

  ended({ name, armed }: Replica, how: 'at its place' | 'killed' | 'by itself'): void {
    const place = armed?.split(':')[0];
    if (how === 'by itself') this.byItself.push(`${name} at ${new Date().toISOString()}`);
    if (how === 'at its place' && place) this.endedAt.set(place, (this.endedAt.get(place) ?? 0) + 1);
    this.note(`${name} ended ${how}${how === 'at its place' ? `: ${place}` : ''}`);
  }

  /** All that were asked for, one every 3 to 5 s. */
  async strike(): Promise<void> {
    const { kills, freezes, postgresRestarts } = this.options;
    const crashes = this.crashPostgres ? postgresRestarts : 0;
    const blows = this.dice.shuffled([
      ...Array<'kill'>(kills).fill('kill'),
      ...Array<'freeze'>(freezes).fill('freeze'),
      ...Array<'crash'>(crashes).fill('crash'),
    ]);
    for (const blow of blows) {
      await pause(this.dice.between(GAP_MIN_MS, GAP_MAX_MS));
      await this[blow]();
    }
    await pause(FREEZE_MAX_MS);
  }

  private kill(): void {
    this.kills += 1;
    this.dice.one([...this.replicas]).kill();
  }

  private freeze(): void {
    this.freezes += 1;
    const replica = this.dice.one([...this.replicas]);
    const ms = this.dice.between(FREEZE_MIN_MS, FREEZE_MAX_MS);
    this.note(`${replica.name} frozen for ${ms} ms`);
    void replica.freeze(ms);
  }

  private async crash(): Promise<void> {
    this.crashes += 1;
    this.note('Postgres crashes');
    const fromMs = Date.now();
    await this.crashPostgres?.();
    this.outages.push({ fromMs, toMs: Date.now() });
    this.note('Postgres is back');
  }

  private note(what: string): void {
    appendFileSync(join(this.options.folder, 'blows.txt'), `${new Date().toISOString()} ${what}\n`);
  }
}
