import type { PreparedWrite } from '../../../src/scheduling/prepared-write';
import type { SchedulingProvider } from '../../../src/scheduling/provider-port';
import type { ProviderWrites } from '../../../src/scheduling/provider-writes';

type Sent<W> = W extends (...parameters: infer P) => Promise<PreparedWrite<infer T>>
  ? (...parameters: P) => Promise<T>
  : never;

/** Every write of a provider in one step, for tests that do not look at the two. */
export type WritesAtOnce = { [W in keyof ProviderWrites]: Sent<ProviderWrites[W]> };

export function atOnce({ prepare }: SchedulingProvider): WritesAtOnce {
  const write = (name: keyof ProviderWrites) => {
    const prepared = prepare[name].bind(prepare) as (...parameters: unknown[]) => Promise<PreparedWrite<unknown>>;
    return async (...parameters: unknown[]) => (await prepared(...parameters)).send();
  };
  return new Proxy({} as WritesAtOnce, { get: (_target, name) => write(name as keyof ProviderWrites) });
}
