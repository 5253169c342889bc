import { registerDecorator, type ValidationOptions } from 'class-validator';
import { APPOINTMENT_STATUSES } from './appointment.entity';

/** Cal.com takes 50 keys; ten are left for our own. */
const METADATA_KEYS_MAX = 40;
/** Cal.com's own limits. */
const METADATA_KEY_LENGTH_MAX = 40;
const METADATA_VALUE_LENGTH_MAX = 500;
/** Keys under which our reference travels. */
const RESERVED_PREFIX = 'slotbridge';
/** No booking form has more questions. */
const RESPONSES_MAX = 50;
const RESPONSE_LENGTH_MAX = 5_000;

/** Why metadata cannot be taken; undefined when it can. */
export function metadataFault(value: unknown): string | undefined {
  if (!isRecord(value)) return 'must be an object of strings';
  const entries = Object.entries(value);
  if (entries.length > METADATA_KEYS_MAX) return `must have at most ${METADATA_KEYS_MAX} keys`;
  for (const [key, text] of entries) {
    if (key.length === 0 || key.length > METADATA_KEY_LENGTH_MAX) {
      return `must have keys of 1 to ${METADATA_KEY_LENGTH_MAX} characters`;
    }
    if (key.toLowerCase().startsWith(RESERVED_PREFIX)) return `must not have keys that begin with ${RESERVED_PREFIX}`;
    if (typeof text !== 'string' || text.length > METADATA_VALUE_LENGTH_MAX) {
      return `must have strings of at most ${METADATA_VALUE_LENGTH_MAX} characters as values`;
    }
  }
  return undefined;
}

function responsesFault(value: unknown): string | undefined {
  if (!isRecord(value)) return 'must be an object of answers by field slug';
  if (Object.keys(value).length > RESPONSES_MAX) return `must have at most ${RESPONSES_MAX} answers`;
  const fits = (answer: unknown) => answer !== null && JSON.stringify(answer).length <= RESPONSE_LENGTH_MAX;
  return Object.values(value).every(fits) ? undefined : 'must not have null or overlong answers';
}

function statusListFault(value: unknown): string | undefined {
  const known: readonly string[] = APPOINTMENT_STATUSES;
  const valid = typeof value === 'string' && value.split(',').every((status) => known.includes(status));
  return valid ? undefined : `must be one or more of ${known.join(', ')}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rule(name: string, fault: (value: unknown) => string | undefined) {
  return (options?: ValidationOptions) =>
    function decorate(target: object, propertyName: string): void {
      registerDecorator({
        name,
        target: target.constructor,
        propertyName,
        options,
        validator: {
          validate: (value: unknown) => fault(value) === undefined,
          defaultMessage: (arguments_) => `$property ${fault(arguments_?.value)}`,
        },
      });
    };
}

export const IsCallerMetadata = rule('isCallerMetadata', metadataFault);
export const IsResponses = rule('isResponses', responsesFault);
export const IsStatusList = rule('isStatusList', statusListFault);
