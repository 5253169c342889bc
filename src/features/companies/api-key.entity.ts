import { Column, Entity, PrimaryColumn } from 'typeorm';

export type ApiKeyKind = 'secret' | 'publishable';

/** A key of a company. The key itself is nowhere: its hash finds it. */
@Entity('api_keys')
export class ApiKeyRow {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'company_id', type: 'uuid' })
  companyId: string;

  @Column({ name: 'kind', type: 'text' })
  kind: ApiKeyKind;

  @Column({ name: 'name', type: 'text' })
  name: string;

  /** Hex sha256 of the whole key. */
  @Column({ name: 'hash', type: 'text' })
  hash: string;

  /** The key's last characters, so that people can tell keys apart. */
  @Column({ name: 'hint', type: 'text' })
  hint: string;

  /** Origins of the pages that may use a publishable key; empty for secret keys. */
  @Column({ name: 'origins', type: 'text', array: true })
  origins: string[];

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt: Date | null;
}
