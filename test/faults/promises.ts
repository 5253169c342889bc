import type { SchedulingErrorCode } from '../../src/scheduling/scheduling-error';
import type { Case, Outcome } from './fault-case';
import { RETRY_ATTEMPTS } from './fault-world';

/** Codes that say of a write: nothing has happened. */
const NOTHING_HAPPENED = new Set<Outcome>([
  'SLOT_UNAVAILABLE',
  'REFUSED',
  'INVALID_REQUEST',
  'EVENT_TYPE_NOT_FOUND',
  'BOOKING_NOT_FOUND',
  'NOT_FOUND',
  'AUTHENTICATION_FAILED',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'NOT_SENT',
  'UNSUPPORTED',
] satisfies SchedulingErrorCode[]);

const READ_FAILURES = new Set<Outcome>(['UNAVAILABLE', 'RATE_LIMITED', 'AUTHENTICATION_FAILED']);

/** A promise of the port, and whether a case keeps it. */
export interface Promised {
  text: string;
  isKept(report: Case): boolean;
}

const ofWrites = (text: string, isKept: Promised['isKept']): Promised => ({
  text,
  isKept: (report) => !report.isWrite || isKept(report),
});

const ofReads = (text: string, isKept: Promised['isKept']): Promised => ({
  text,
  isKept: (report) => report.isWrite || isKept(report),
});

export const PROMISES: readonly Promised[] = [
  {
    text: 'the fault was the one that was ordered',
    isKept: ({ isWrite, effects, scenario, arrived }) =>
      (!isWrite || effects === (scenario.effect === 'no' ? 0 : 1)) && (scenario.arrives !== false || arrived === 0),
  },
  ofWrites(
    'a write that is reported as done has happened exactly once',
    ({ outcome, effects }) => outcome !== 'done' || effects === 1,
  ),
  ofWrites(
    'a write that is reported as refused or not sent has not happened',
    ({ outcome, effects }) => !NOTHING_HAPPENED.has(outcome) || effects === 0,
  ),
  ofWrites(
    'an outcome is unknown only of a write that has left',
    ({ outcome, left }) => outcome !== 'OUTCOME_UNKNOWN' || left === 1,
  ),
  ofWrites(
    'a write that is reported as not sent has not left',
    ({ outcome, left }) => !['NOT_SENT', 'UNAVAILABLE'].includes(outcome) || left === 0,
  ),
  ofWrites('a write leaves and arrives at most once', ({ left, arrived }) => left <= 1 && arrived <= 1),
  ofWrites(
    'whoever looks finds a write of unknown outcome if, and only if, it has happened',
    ({ found, effects }) => found === undefined || found === (effects === 1),
  ),
  ofReads(
    'a read is repeated as often as configured at most',
    ({ left, arrived, subject }) => arrived <= 1 + RETRY_ATTEMPTS && left <= (subject.calls ?? 1) + RETRY_ATTEMPTS,
  ),
  ofReads(
    'a read ends in a value, or in an error that names its cause',
    ({ outcome, scenario }) => outcome === 'done' || READ_FAILURES.has(outcome) || scenario.isRefusal === true,
  ),
  {
    text: 'a wait that the provider names is passed on, however it is written',
    isKept: ({ outcome, error, scenario: { reset } }) => {
      if (outcome !== 'RATE_LIMITED') return reset === undefined;
      const seconds = error?.details.retryAfterSeconds ?? 0;
      return reset !== undefined && seconds <= reset.seconds + 1 && seconds >= reset.seconds - 10;
    },
  },
];

/** The cases that break a promise, one line each. */
export function broken(promised: Promised, cases: readonly Case[]): string[] {
  return cases.filter((report) => !promised.isKept(report)).map(described);
}

function described({ subject, scenario, outcome, error, left, arrived, effects, found }: Case): string {
  const why = error ? ` (${error.message})` : '';
  const counts = `left ${left}, arrived ${arrived}, effects ${effects ?? '-'}, found ${found ?? '-'}`;
  return `${subject.name} / ${scenario.name}: ${outcome}${why}; ${counts}`;
}
