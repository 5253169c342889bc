import { isPlainObject } from '../http/validation';
import { Settings } from '../store/settings';

const isSwitch = (value: unknown): boolean => typeof value === 'boolean';
const isAtLeast = (value: unknown, least: number): boolean => Number.isInteger(value) && Number(value) >= least;

function isRateLimit(value: unknown): boolean {
  if (value === null) return true;
  if (!isPlainObject(value) || Object.keys(value).length !== 3) return false;
  return [value.limit, value.windowMs, value.blockMs].every((part) => isAtLeast(part, 1));
}

const CHECKS: Record<keyof Settings, [holds: (value: unknown) => boolean, text: string]> = {
  rateLimit: [isRateLimit, 'null, or limit, windowMs and blockMs as whole numbers of at least 1'],
  rateLimitReset: [(value) => value === 'seconds' || value === 'epoch', '"seconds" or "epoch"'],
  teams: [isSwitch, 'true or false'],
  hosted: [isSwitch, 'true or false'],
  slotsCacheMs: [(value) => isAtLeast(value, 0), 'a whole number of milliseconds'],
};

const isSetting = (name: string): name is keyof Settings => Object.hasOwn(CHECKS, name);

/** The settings to change; or the reason why they cannot be meant. */
export function readSettings(body: unknown): Partial<Settings> | string {
  if (!isPlainObject(body)) return 'the settings to change must be an object';
  for (const [name, value] of Object.entries(body)) {
    if (!isSetting(name)) return `${name} is none of: ${Object.keys(CHECKS).join(', ')}`;
    const [holds, text] = CHECKS[name];
    if (!holds(value)) return `${name} must be ${text}`;
  }
  return body;
}
