import { NewScenario, ScenarioName, SCENARIOS } from '../store/scenarios';

/** What a fault may be limited to. */
export interface ScenarioTargets {
  /** Operations of calls, as in the call log. */
  operations: ReadonlySet<string>;
  /** Triggers of webhooks. */
  triggers: ReadonlySet<string>;
}

const PROPERTIES = ['scenario', 'operation', 'key', 'times', 'delayMs'];

/** A fault on order, once when `times` is not said; or the reason why it could never happen as meant. */
export function readScenario(body: unknown, targets: ScenarioTargets): { order: NewScenario; times: number } | string {
  const given: Record<string, unknown> = { ...(body as object | undefined) };
  const unknown = Object.keys(given).find((name) => !PROPERTIES.includes(name));
  if (unknown !== undefined) return `${unknown} is none of: ${PROPERTIES.join(', ')}`;
  const { scenario, operation, key, times = 1, delayMs } = given;
  if (!isScenario(scenario)) return `scenario must be one of: ${SCENARIOS.join(', ')}`;
  const known = scenario.startsWith('webhook-') ? targets.triggers : targets.operations;
  if (!isOneOf(operation, known)) return `operation must be one of: ${[...known].join(', ')}`;
  if (!isText(key)) return 'key must be a string';
  if (!isWhole(times, 1)) return 'times must be a whole number of at least 1';
  if (!isDelay(delayMs)) return 'delayMs must be a whole number of milliseconds';
  return { order: { scenario, operation, key, delayMs }, times };
}

const isScenario = (value: unknown): value is ScenarioName => SCENARIOS.some((name) => name === value);

const isOneOf = (value: unknown, known: ReadonlySet<string>): value is string | undefined =>
  value === undefined || (typeof value === 'string' && known.has(value));

const isText = (value: unknown): value is string | undefined => value === undefined || typeof value === 'string';

/** 2^31 - 1 is the longest that a timer waits, and the most that the counter holds. */
const isWhole = (value: unknown, least: number): value is number =>
  Number.isInteger(value) && Number(value) >= least && Number(value) < 2 ** 31;

const isDelay = (value: unknown): value is number | undefined => value === undefined || isWhole(value, 0);
