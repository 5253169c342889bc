import { maskedText } from './errors';
import { isRecord } from './wire';

/** Keys whose values tell nothing about a person and open nothing. Everything else is shown as its type only. */
const SHOWN_KEYS = new Set([
  'status',
  'statusCode',
  'code',
  'message',
  'start',
  'end',
  'duration',
  'eventTypeId',
  'slug',
  'lengthInMinutes',
  'timeZone',
  'triggers',
  'active',
  'type',
  'hidden',
  'minimumBookingNotice',
  'slotInterval',
  'scheduleId',
  'format',
  'take',
  'skip',
  'afterStart',
  'beforeEnd',
  'isDefault',
  'createdAt',
  'updatedAt',
]);
const ITEMS_SHOWN = 20;
const DEPTH_MAX = 6;

/** A copy for the debug log: shape and harmless values stay, names, addresses, uids and secrets do not. */
export function redacted(value: unknown, key = '', depth = 0): unknown {
  if (depth > DEPTH_MAX) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, ITEMS_SHOWN).map((item) => redacted(item, key, depth + 1));
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redacted(item, name, depth + 1)]));
  }
  return redactedLeaf(value, key);
}

function redactedLeaf(value: unknown, key: string): unknown {
  if (value === null || value === undefined || typeof value === 'boolean') return value;
  if (!SHOWN_KEYS.has(key)) return `[${typeof value}]`;
  return typeof value === 'string' ? maskedText(value) : value;
}
