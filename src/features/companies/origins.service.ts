import { Injectable } from '@nestjs/common';
import { ApiKeysRepository } from './api-keys.repository';
import { isPageOrigin } from './company-rules';

/** Which pages of the web may speak to us at all. */
@Injectable()
export class OriginsService {
  constructor(private readonly keys: ApiKeysRepository) {}

  /**
   * Whether any key in use lists this origin. A preflight carries no key; whether origin and key belong together is the
   * guard's question.
   */
  async isListed(origin: string): Promise<boolean> {
    return isPageOrigin(origin) && this.keys.isOriginListed(origin);
  }
}
