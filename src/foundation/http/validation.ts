import { Injectable, type PipeTransform, ValidationPipe, type ValidationError } from '@nestjs/common';
import { registerDecorator, ValidateIf, type ValidationOptions } from 'class-validator';
import { ApiError, invalidField } from '../errors/api-error';
import { isCalendarDate, parseInstant } from '../time/instants';
import { canonicalTimeZone } from '../time/zones';

/** DTOs are checked as they arrive: no value is converted, unknown properties are refused. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    exceptionFactory: (errors: ValidationError[]) => toApiError(errors),
  });
}

interface FieldFault {
  field: string;
  reason: string;
  zone: boolean;
}

function toApiError(errors: ValidationError[]): ApiError {
  const faults = errors.flatMap((error) => flatten(error, ''));
  const code = faults.length > 0 && faults.every((fault) => fault.zone) ? 'INVALID_TIMEZONE' : 'VALIDATION_ERROR';
  return new ApiError(code, { details: { fields: faults.map(({ field, reason }) => ({ field, reason })) } });
}

function flatten(error: ValidationError, prefix: string): FieldFault[] {
  const field = prefix + error.property;
  const own = Object.entries(error.constraints ?? {}).map(([rule, text]) => ({
    field,
    // class-validator begins its sentences with the property's name, which `field` says already.
    reason: rule === 'whitelistValidation' ? 'is not a known property' : text.replace(`${error.property} `, ''),
    zone: rule === 'isTimeZoneName',
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, `${field}.`))];
}

function textRule(name: string, test: (text: string) => boolean, message: string) {
  return (options?: ValidationOptions) =>
    function decorate(target: object, propertyName: string): void {
      registerDecorator({
        name,
        target: target.constructor,
        propertyName,
        options: { message: `$property ${message}`, ...options },
        validator: { validate: (value: unknown) => typeof value === 'string' && test(value) },
      });
    };
}

/** An ISO 8601 date-time with `Z` or an offset, of a day that exists, from 2000 to 2099. */
export const IsInstant = textRule(
  'isInstant',
  (text) => parseInstant(text) !== undefined,
  'must be an ISO 8601 date-time with an offset, for example 2026-12-01T09:00:00+01:00',
);
/** `YYYY-MM-DD` of a day that exists. */
export const IsCalendarDay = textRule('isCalendarDay', isCalendarDate, 'must be a date such as 2026-12-01');
/** A date (a whole local day) or an instant. */
export const IsDateOrInstant = textRule(
  'isDateOrInstant',
  (text) => isCalendarDate(text) || parseInstant(text) !== undefined,
  'must be a date such as 2026-12-01 or a date-time with an offset',
);
/** A known IANA zone in any letter case; `EST` and `+02:00` are not zones. */
export const IsTimeZoneName = textRule(
  'isTimeZoneName',
  (text) => canonicalTimeZone(text) !== undefined,
  'must be an IANA time zone such as Europe/Berlin',
);
/** A number of a provider as text, 1 to 2147483647 (beyond that Cal.com answers 500). */
export const IsProviderNumber = textRule(
  'isProviderNumber',
  (text) => /^[1-9]\d{0,9}$/.test(text) && Number(text) <= 2_147_483_647,
  'must be a whole number from 1 to 2147483647',
);
/** For routes that take no body: `@Body(NoProperties)` refuses every property, as a DTO refuses unknown ones. */
@Injectable()
export class NoProperties implements PipeTransform<unknown, undefined> {
  transform(body: unknown): undefined {
    const [first] = Object.keys(body ?? {});
    if (first !== undefined) throw invalidField(first, 'is not a known property');
    return undefined;
  }
}

/** May be left out, but not null: null is a value, and no field has it. */
export const MayBeAbsent = () => ValidateIf((_: object, value: unknown) => value !== undefined);

/** Text with something in it besides white space. */
export const IsFilled = textRule('isFilled', (text) => text.trim().length > 0, 'must not be empty');
/** Size of a page, 1 to 100, as text of a query. */
export const IsPageSize = textRule(
  'isPageSize',
  (text) => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= 100,
  'must be a whole number from 1 to 100',
);
