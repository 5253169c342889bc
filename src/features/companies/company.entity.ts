import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A tenant. Deleting its row deletes everything that belongs to it. */
@Entity('companies')
export class CompanyRow {
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'name', type: 'text' })
  name: string;

  /** Canonical IANA name. */
  @Column({ name: 'time_zone', type: 'text' })
  timeZone: string;

  /** Canonical BCP 47 tag. */
  @Column({ name: 'locale', type: 'text' })
  locale: string;

  /** ISO 3166-1, two capital letters. */
  @Column({ name: 'phone_country', type: 'text' })
  phoneCountry: string;

  /** Whether the starts of a visit are reserved at the provider while it is being booked. */
  @Column({ name: 'reserve_visits', type: 'boolean' })
  reserveVisits: boolean;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
