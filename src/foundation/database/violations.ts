import { QueryFailedError } from 'typeorm';

/** Whether Postgres refused a row because of this unique constraint or index. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const driver = error.driverError as { code?: string; constraint?: string };
  return driver.code === '23505' && driver.constraint === constraint;
}

/** Whether Postgres refused a row because of this exclusion constraint. */
export function violatesExclusion(error: unknown, constraint: string): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const driver = error.driverError as { code?: string; constraint?: string };
  return driver.code === '23P01' && driver.constraint === constraint;
}
