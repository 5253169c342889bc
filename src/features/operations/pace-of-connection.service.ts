import { Injectable } from '@nestjs/common';
import { ProviderDirectory } from '../../scheduling/provider-directory';
import type { SchedulingProvider } from '../../scheduling/provider-port';
import type { PaceStanding } from '../../scheduling/words';

/** With less than this share left only people's calls are sent at once; what waits in the background may wait long. */
const BUSY_BELOW = 1 / 2;

/** Whatever can say how the pace of its credential stands. */
interface Paced {
  pace(): Promise<PaceStanding>;
}

/** How much of their pace the connections have left. Never calls a provider, and never throws. */
@Injectable()
export class PaceOfConnection {
  constructor(private readonly directory: ProviderDirectory) {}

  /** Undefined when it cannot be found out: no usable credential, no database, or a provider that has no pace. */
  async of(connectionId: string): Promise<PaceStanding | undefined> {
    try {
      const provider = await this.directory.forConnection(connectionId);
      return hasPace(provider) ? await provider.pace() : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether a call that waited in the background in vain may have waited for its permit alone. */
  async isBusy(connectionId: string): Promise<boolean> {
    const standing = await this.of(connectionId);
    return standing !== undefined && standing.left < standing.limit * BUSY_BELOW;
  }
}

function hasPace(provider: SchedulingProvider): provider is SchedulingProvider & Paced {
  return 'pace' in provider && typeof provider.pace === 'function';
}
