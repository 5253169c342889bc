import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EventType } from '../../scheduling/words';

/** The mirror of one event type at the provider. Soft-deleted when it is gone there: old appointments still name it. */
@Entity('event_types')
export class EventTypeRow {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'company_id', type: 'uuid' })
  companyId: string;

  @Column({ name: 'connection_id', type: 'uuid' })
  connectionId: string;

  @Column({ name: 'provider_id', type: 'text' })
  providerId: string;

  @Column({ name: 'title', type: 'text' })
  title: string;

  @Column({ name: 'slug', type: 'text' })
  slug: string;

  @Column({ name: 'length_minutes', type: 'integer' })
  lengthMinutes: number;

  @Column({ name: 'hidden', type: 'boolean' })
  hidden: boolean;

  @Column({ name: 'definition', type: 'jsonb' })
  definition: EventType;

  /** When the definition was read at the provider; an older reading never overwrites a newer one. */
  @Column({ name: 'synced_at', type: 'timestamptz' })
  syncedAt: Date;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'deleted_at', type: 'timestamptz', nullable: true })
  deletedAt: Date | null;
}
