import type { CalledRequest } from '../../../foundation/http/access';
import { CORRELATION_HEADER } from '../../../foundation/http/correlation-id';

/** Pages of a company that ask the same; the next ones are answered the longer way. */
const ORIGINS_MAX = 8;

type Headers = Record<string, number | string | string[] | undefined>;

/** The headers of one answer as all hooks and handlers have set them, so that nobody has to know them again. */
export class WrittenHeads {
  private readonly byOrigin = new Map<string, readonly string[]>();

  /** Names and values by turns, without the correlation id; undefined when nobody from there has asked yet. */
  of(origin = ''): readonly string[] | undefined {
    return this.byOrigin.get(origin);
  }

  /** Only of what can be told again: origins are checked against the list of a publishable key, and of no other. */
  record({ caller, headers: { origin = '' } }: CalledRequest, headers: Headers): void {
    if (this.byOrigin.has(origin) || this.byOrigin.size >= ORIGINS_MAX) return;
    if (origin !== '' && caller?.kind !== 'publishable') return;
    const told = Object.entries(headers).filter(([name, value]) => name !== CORRELATION_HEADER && value !== undefined);
    this.byOrigin.set(
      origin,
      told.flatMap(([name, value]) => [name, String(value)]),
    );
  }
}
