import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { SecretBox, SecretUnreadableError, type SecretPlace } from '../../foundation/crypto/secret-box';
import { ConnectionRow } from './connection.entity';
import { ConnectionsRepository } from './connections.repository';

const COLUMNS = { sealedCredential: 'sealed_credential', sealedWebhookSecret: 'sealed_webhook_secret' } as const;
type SealedColumn = keyof typeof COLUMNS;

/** Seals and opens the secrets of connections, each for its own company and column. */
@Injectable()
export class ConnectionSecrets {
  constructor(
    private readonly box: SecretBox,
    private readonly rows: ConnectionsRepository,
    private readonly logger: PinoLogger,
  ) {}

  seal(plain: string, companyId: string, column: SealedColumn): string {
    return this.box.seal(plain, place(companyId, column));
  }

  /**
   * The secret in plain; sealed anew on the way when it was sealed with an older key, so that the old key can go.
   *
   * @returns undefined when the stored secret was damaged, belongs elsewhere or its key is gone; logged as an error.
   */
  async open(row: ConnectionRow, column: SealedColumn): Promise<string | undefined> {
    const sealed = row[column];
    if (sealed === null) return undefined;
    try {
      const plain = this.box.openText(sealed, place(row.companyId, column));
      if (this.box.isStale(sealed)) {
        await this.rows.reseal(row.id, column, sealed, this.seal(plain, row.companyId, column));
      }
      return plain;
    } catch (error) {
      if (!(error instanceof SecretUnreadableError)) throw error;
      const { id: connectionId, companyId } = row;
      this.logger.error(
        { err: error, alert: 'SECRET_UNREADABLE', connectionId, companyId, column },
        'secret unreadable',
      );
      return undefined;
    }
  }
}

function place(companyId: string, column: SealedColumn): SecretPlace {
  return { table: 'connections', column: COLUMNS[column], companyId };
}
