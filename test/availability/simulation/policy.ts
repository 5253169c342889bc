import type { Appointment, SoldTypeOfOne } from './salons';

export interface Answer {
  starts: number[];
  /** When its oldest part was asked for. */
  fetchedAtMs: number;
  /** Said to be older than it should be. */
  isMarked: boolean;
}

/** What a webhook says. */
export interface News {
  kind: 'taken' | 'changed';
  appointment: Appointment;
}

/** Nobody could be asked, or nobody answered in time. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** A way to answer reads with few calls. Naive ones do not listen. */
export interface Policy {
  /** @throws Refused */
  read(type: SoldTypeOfOne, fromMs: number, toMs: number): Promise<Answer>;
  /** @returns undefined when the time was taken. @throws Refused */
  book(type: SoldTypeOfOne, startMs: number): Promise<Appointment | undefined>;
  /** @throws Refused */
  cancel(appointment: Appointment): Promise<void>;
  hear?(news: News): void;
}
