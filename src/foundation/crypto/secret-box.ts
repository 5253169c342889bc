import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../config/app-config';

/** Random 96-bit nonce and 128-bit tag: the sizes that GCM is specified for. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Where a secret lives. Sealed into it, so that a ciphertext pasted into another row or column cannot be opened. */
export interface SecretPlace {
  table: string;
  column: string;
  companyId: string;
}

/** A stored secret was changed, belongs elsewhere, or its key is gone. */
export class SecretUnreadableError extends Error {
  override readonly name = 'SecretUnreadableError';
}

/** Seals secrets for the database: AES-256-GCM, written as `keyId.base64url(nonce|ciphertext|tag)`. */
@Injectable()
export class SecretBox {
  private readonly keys: AppConfig['encryptionKeys'];

  constructor(config: ConfigService<AppConfig, true>) {
    this.keys = config.get('encryptionKeys', { infer: true });
  }

  /** Sealed with the first key. */
  seal(plain: string | Buffer, place: SecretPlace): string {
    const { id, key } = this.keys[0]!;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(associated(place, id));
    const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return `${id}.${sealed.toString('base64url')}`;
  }

  /** @throws SecretUnreadableError when a bit was changed, the place is another, or the key id is unknown. */
  open(sealed: string, place: SecretPlace): Buffer {
    const [id = '', encoded = ''] = sealed.split('.', 2);
    const known = this.keys.find((key) => key.id === id);
    const bytes = Buffer.from(encoded, 'base64url');
    if (!known || bytes.length < NONCE_BYTES + TAG_BYTES)
      throw new SecretUnreadableError('unknown key or damaged secret');
    const tagAt = bytes.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', known.key, bytes.subarray(0, NONCE_BYTES))
      .setAAD(associated(place, id))
      .setAuthTag(bytes.subarray(tagAt));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
    } catch {
      throw new SecretUnreadableError('damaged secret, or one that belongs elsewhere');
    }
  }

  openText(sealed: string, place: SecretPlace): string {
    return this.open(sealed, place).toString('utf8');
  }

  /** Whether a secret was sealed with an older key and should be sealed again. */
  isStale(sealed: string): boolean {
    return !sealed.startsWith(`${this.keys[0]!.id}.`);
  }
}

function associated(place: SecretPlace, keyId: string): Buffer {
  return Buffer.from([place.table, place.companyId, place.column, keyId].join('\n'));
}
