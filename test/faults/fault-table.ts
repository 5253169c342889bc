import type { Case } from './fault-case';
import { broken, PROMISES } from './promises';
import { SCENARIOS } from './scenarios';

const CODES: Record<string, string> = {
  done: 'done',
  OUTCOME_UNKNOWN: 'UNKNOWN',
  UNAVAILABLE: 'UNAVAIL',
  NOT_SENT: 'UNSENT',
  RATE_LIMITED: 'RATE',
  AUTHENTICATION_FAILED: 'AUTH',
  SLOT_UNAVAILABLE: 'TAKEN',
  REFUSED: 'REFUSED',
  NOT_FOUND: 'NONE',
  EVENT_TYPE_NOT_FOUND: 'NO TYPE',
};

const WIDTH = 9;

/** Operations down, scenarios across by number: what the port answered, and `+` where a write has happened. */
export function matrix(cases: readonly Case[]): string {
  const names = [...new Set(cases.map(({ subject }) => subject.name))];
  const first = Math.max(...names.map(({ length }) => length)) + 2;
  const cell = (name: string, scenario: string): string => {
    const found = cases.find((each) => each.subject.name === name && each.scenario.name === scenario);
    return found ? `${CODES[found.outcome] ?? found.outcome}${found.effects ? '+' : ''}` : '';
  };
  const head = ''.padEnd(first) + SCENARIOS.map((_, index) => String(index + 1).padEnd(WIDTH)).join('');
  const lines = names.map(
    (name) => name.padEnd(first) + SCENARIOS.map((scenario) => cell(name, scenario.name).padEnd(WIDTH)).join(''),
  );
  return [head, ...lines].map((line) => line.trimEnd()).join('\n');
}

/** What the numbers and the words of the matrix mean. */
export function legend(): string {
  const scenarios = SCENARIOS.map(({ name }, index) => `${String(index + 1).padStart(3)}  ${name}`);
  const words = Object.entries(CODES).map(([code, word]) => `     ${word.padEnd(WIDTH)}${code}`);
  return [...scenarios, ...words, `     ${'+'.padEnd(WIDTH)}the write has happened at the provider`].join('\n');
}

/** One line a promise. */
export function verdicts(cases: readonly Case[]): string {
  return PROMISES.map((promised) => {
    const failures = broken(promised, cases);
    return [
      `${failures.length === 0 ? 'kept  ' : 'BROKEN'} ${promised.text}`,
      ...failures.map((line) => `       ${line}`),
    ];
  })
    .flat()
    .join('\n');
}
