import { Route } from '../http/call';
import { NewScenario, ScenarioName, SCENARIOS } from '../store/scenarios';

/** What a fault may be limited to. */
export interface ScenarioTargets {
  routes: readonly Pick<Route, 'operation' | 'method' | 'path'>[];
  /** Triggers of webhooks. */
  triggers: ReadonlySet<string>;
}

/** Which answers a scenario leaves a choice of. */
const STATUSES: Partial<Record<ScenarioName, (status: number) => boolean>> = {
  conflict: (status) => status === 400 || status === 409,
  'error-before': (status) => status >= 500 && status < 600,
  'error-after': (status) => status >= 500 && status < 600,
  answer: (status) => status >= 200 && status < 600,
};

const PROPERTIES = ['scenario', 'operation', 'method', 'path', 'key', 'times', 'delayMs', 'status', 'body', 'bytes'];

type Given = Record<string, unknown>;

/** A fault on order, once when `times` is not said; or the reason why it could never happen as meant. */
export function readScenario(body: unknown, targets: ScenarioTargets): { order: NewScenario; times: number } | string {
  const given: Given = { ...(body as object | undefined) };
  const unknown = Object.keys(given).find((name) => !PROPERTIES.includes(name));
  if (unknown !== undefined) return `${unknown} is none of: ${PROPERTIES.join(', ')}`;
  const { scenario, times = 1, ...rest } = given;
  if (!isScenario(scenario)) return `scenario must be one of: ${SCENARIOS.join(', ')}`;
  const wrong = wrongTarget(scenario, given, targets) ?? wrongNumber(times, rest) ?? wrongAnswer(scenario, rest);
  if (wrong !== undefined) return wrong;
  return { order: { scenario, ...rest }, times: Number(times) };
}

const isScenario = (value: unknown): value is ScenarioName => SCENARIOS.some((name) => name === value);

function wrongTarget(scenario: ScenarioName, given: Given, { routes, triggers }: ScenarioTargets): string | undefined {
  const { operation, method, path, key } = given;
  const ofWebhooks = scenario.startsWith('webhook-');
  const known = ofWebhooks ? triggers : new Set(routes.map((route) => route.operation));
  if (!isOneOf(operation, known)) return `operation must be one of: ${[...known].join(', ')}`;
  if (key !== undefined && typeof key !== 'string') return 'key must be a string';
  if (method === undefined && path === undefined) return undefined;
  if (ofWebhooks) return 'method and path are for faults of calls';
  const hit = routes.some(
    (route) =>
      (operation ?? route.operation) === route.operation &&
      (method ?? route.method) === route.method &&
      (path === undefined || isOn(path, route.path)),
  );
  return hit ? undefined : 'no route has this method, path and operation';
}

const isOneOf = (value: unknown, known: ReadonlySet<string>): boolean =>
  value === undefined || (typeof value === 'string' && known.has(value));

/** The path of the route itself, or one that leads to it. */
function isOn(path: unknown, routePath: string): boolean {
  if (typeof path !== 'string') return false;
  return new RegExp(`^${routePath.replaceAll(/:\w+/g, '[^/?]+')}$`, 'i').test(path);
}

function wrongNumber(times: unknown, { delayMs, bytes }: Given): string | undefined {
  if (!isWhole(times, 1)) return 'times must be a whole number of at least 1';
  if (delayMs !== undefined && !isWhole(delayMs, 0)) return 'delayMs must be a whole number of milliseconds';
  if (bytes !== undefined && !isWhole(bytes, 0)) return 'bytes must be a whole number';
  return undefined;
}

/** 2^31 - 1 is the longest that a timer waits, and the most that the counter holds. */
const isWhole = (value: unknown, least: number): boolean =>
  Number.isInteger(value) && Number(value) >= least && Number(value) < 2 ** 31;

function wrongAnswer(scenario: ScenarioName, { status, body, bytes }: Given): string | undefined {
  const allowed = STATUSES[scenario];
  if (status !== undefined && !(Number.isInteger(status) && allowed?.(Number(status)))) {
    const which = Object.keys(STATUSES).join(', ');
    return `status is for ${which}: 400 or 409, 500 to 599, 500 to 599, 200 to 599`;
  }
  if (body !== undefined && scenario !== 'answer') return 'body is for answer';
  if (bytes !== undefined && scenario !== 'huge') return 'bytes is for huge';
  return undefined;
}
