import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import type { AppConfig, EncryptionKey } from '../../../foundation/config/app-config';

export interface ErasedIdentity {
  customerId: string;
  erasedAtMs: number;
}

/**
 * What erased people were known by. Hashes with the encryption keys: without one nobody can try addresses out. An entry
 * is found for as long as the key that it was made with is configured.
 */
@Injectable()
export class ErasedIdentities {
  private readonly keys: EncryptionKey[];

  constructor(config: ConfigService<AppConfig, true>) {
    this.keys = config.get('encryptionKeys', { infer: true });
  }

  /** Remembers e-mail addresses and numbers of a customer, erased by the end of this transaction. */
  async remember(
    manager: EntityManager,
    { companyId, id }: { companyId: string; id: string },
    identities: string[],
  ): Promise<void> {
    const hashes = [...new Set(identities)].map((identity) => hashOf(this.keys[0]!, companyId, identity));
    await manager.query(
      `insert into erased_identities (company_id, hash, customer_id, erased_at)
       select $1, hash, $2, clock_timestamp() from unnest($3::text[]) as known (hash)
       on conflict (company_id, hash) do update set customer_id = excluded.customer_id, erased_at = excluded.erased_at`,
      [companyId, id, hashes],
    );
  }

  /** By identity, those that are an erased person's. Identities are as a customer has them. */
  async find(manager: EntityManager, companyId: string, identities: string[]): Promise<Map<string, ErasedIdentity>> {
    const byHash = new Map(
      identities.flatMap((identity) => this.keys.map((key) => [hashOf(key, companyId, identity), identity])),
    );
    if (byHash.size === 0) return new Map();
    const rows = await manager.query<(ErasedIdentity & { hash: string })[]>(
      `select hash, customer_id as "customerId", extract(epoch from erased_at)::float8 * 1000 as "erasedAtMs"
       from erased_identities where company_id = $1 and hash = any ($2::text[])`,
      [companyId, [...byHash.keys()]],
    );
    return new Map(rows.map(({ hash, ...erased }) => [byHash.get(hash)!, erased]));
  }
}

function hashOf({ id, key }: EncryptionKey, companyId: string, identity: string): string {
  // The prefix keeps this use of the key apart from every other one.
  const text = ['erased customer', companyId, identity].join('\n');
  return `${id}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}
