import { Injectable } from '@nestjs/common';
import { ProviderDirectory } from '../../scheduling/provider-directory';
import type { PaceStanding } from '../../scheduling/words';

/** With less than this share left only people's calls are sent at once; what waits in the background may wait long. */
const BUSY_BELOW = 1 / 2;

/** How much of their pace the connections have left. Never calls a provider, and never throws. */
@Injectable()
export class PaceOfConnection {
  constructor(private readonly directory: ProviderDirectory) {}

  /** Undefined when it cannot be found out: no usable credential, or no database. */
  async of(connectionId: string): Promise<PaceStanding | undefined> {
    try {
      return await (await this.directory.forConnection(connectionId)).pace();
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
