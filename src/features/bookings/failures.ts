import { SchedulingError, type SchedulingErrorCode } from '../../scheduling/scheduling-error';

export function failedWith(error: unknown, ...codes: SchedulingErrorCode[]): error is SchedulingError {
  return error instanceof SchedulingError && codes.includes(error.code);
}
