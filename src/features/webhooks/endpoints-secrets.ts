import { Injectable } from '@nestjs/common';
import { SecretBox, type SecretPlace } from '../../foundation/crypto/secret-box';
import { EndpointsRepository } from './endpoints.repository';
import { newSigningSecret } from './outgoing-signature';

type SealedColumn = 'sealedSecret' | 'sealedPreviousSecret';

/** The secrets of an endpoint as they are stored; the previous one is null when it no longer signs. */
export interface SealedSecrets {
  companyId: string;
  endpointId: string;
  sealedSecret: string;
  sealedPreviousSecret: string | null;
}

/** Makes, seals and opens the secrets that sign events. */
@Injectable()
export class EndpointSecrets {
  constructor(
    private readonly box: SecretBox,
    private readonly rows: EndpointsRepository,
  ) {}

  /** A new secret, and as it is to be stored. */
  create(companyId: string): { secret: string; sealed: string } {
    const secret = newSigningSecret();
    return { secret, sealed: this.box.seal(secret, place(companyId)) };
  }

  /** Those that sign now, the newest first. @throws SecretUnreadableError */
  async open(secrets: SealedSecrets): Promise<string[]> {
    const columns: SealedColumn[] = ['sealedSecret', 'sealedPreviousSecret'];
    const opened: string[] = [];
    for (const column of columns) {
      const sealed = secrets[column];
      if (sealed !== null) opened.push(await this.openOne(secrets, column, sealed));
    }
    return opened;
  }

  /** Sealed anew when it was sealed with an older key, so that the older key can be taken away some day. */
  private async openOne({ companyId, endpointId }: SealedSecrets, column: SealedColumn, sealed: string) {
    const secret = this.box.openText(sealed, place(companyId));
    if (this.box.isStale(sealed)) {
      await this.rows.reseal(endpointId, column, sealed, this.box.seal(secret, place(companyId)));
    }
    return secret;
  }
}

/** One place for both columns: a rotation moves the sealed text from one to the other. */
function place(companyId: string): SecretPlace {
  return { table: 'webhook_endpoints', column: 'sealed_secret', companyId };
}
