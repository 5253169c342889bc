import { PoolClient } from 'pg';
import { Database } from './database';
import { Account, Booking, BookingDetails, BookingStatus } from './records';

type Row = {
  id: number;
  uid: string;
  event_type_id: number;
  host_ids: number[];
  status: BookingStatus;
  start_ms: number;
  end_ms: number;
  created_ms: number;
  updated_ms: number;
  data: BookingDetails;
};

const toBooking = (row: Row): Booking => ({
  id: row.id,
  uid: row.uid,
  eventTypeId: row.event_type_id,
  hostIds: row.host_ids,
  status: row.status,
  startMs: row.start_ms,
  endMs: row.end_ms,
  createdMs: row.created_ms,
  updatedMs: row.updated_ms,
  details: row.data,
});

export type NewBooking = Omit<Booking, 'id' | 'updatedMs'>;

async function insertInto(client: PoolClient, booking: NewBooking): Promise<Booking> {
  const guard = booking.status === 'accepted' ? [booking.startMs, booking.endMs, booking.hostIds[0]].join('.') : null;
  const inserted = await client.query<Row>(
    `insert into sandbox.bookings
       (uid, event_type_id, host_ids, status, start_ms, end_ms, created_ms, updated_ms, guard, data)
     values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9) returning *`,
    [
      booking.uid,
      booking.eventTypeId,
      booking.hostIds,
      booking.status,
      booking.startMs,
      booking.endMs,
      booking.createdMs,
      guard,
      JSON.stringify(booking.details),
    ],
  );
  return toBooking(inserted.rows[0] as Row);
}

/** All bookings, cancelled and rejected ones too. */
export class BookingStore {
  constructor(private readonly db: Database) {}

  /**
   * Throws a unique violation when an accepted booking has the same start, end and organizer. Overlapping starts
   * are not refused: whoever checked before and did not see them books twice, as on the real servers.
   */
  async insert(booking: NewBooking): Promise<Booking> {
    return this.db.transaction((client) => insertInto(client, booking));
  }

  /** As `insert`, for a booking that moves: the start it leaves does not stand in its own way. */
  async insertInPlaceOf(oldId: number, booking: NewBooking): Promise<Booking> {
    return this.db.transaction(async (client) => {
      await client.query('update sandbox.bookings set guard = null where id = $1', [oldId]);
      return insertInto(client, booking);
    });
  }

  /** A booking that is no longer accepted frees its start for others. Confirming does not take it back. */
  async change(
    id: number,
    now: number,
    change: { status?: BookingStatus; details?: Partial<BookingDetails> },
  ): Promise<Booking> {
    const row = await this.db.row<Row>(
      `update sandbox.bookings set status = coalesce($2, status), data = data || $3, updated_ms = $4,
         guard = case when coalesce($2, status) = 'accepted' then guard end
       where id = $1 returning *`,
      [id, change.status ?? null, JSON.stringify(change.details ?? {}), now],
    );
    return toBooking(row as Row);
  }

  /**
   * Changes the details under a lock of the row, so that two changes do not overwrite each other.
   * `work` answers undefined to leave the booking as it is, and may throw.
   */
  async changeLocked(
    id: number,
    now: number,
    work: (booking: Booking) => { status?: BookingStatus; details: Partial<BookingDetails> },
  ): Promise<Booking> {
    return this.db.transaction(async (client) => {
      const found = await client.query<Row>('select * from sandbox.bookings where id = $1 for update', [id]);
      const { status, details } = work(toBooking(found.rows[0] as Row));
      const changed = await client.query<Row>(
        `update sandbox.bookings set data = data || $2, updated_ms = $3, status = coalesce($4, status),
           guard = case when coalesce($4, status) = 'accepted' then guard end
         where id = $1 returning *`,
        [id, JSON.stringify(details), now, status ?? null],
      );
      return toBooking(changed.rows[0] as Row);
    });
  }

  async byUid(uid: string): Promise<Booking | undefined> {
    const row = await this.db.row<Row>('select * from sandbox.bookings where uid = $1', [uid]);
    return row && toBooking(row);
  }

  async bySeatUid(seatUid: string): Promise<Booking | undefined> {
    const row = await this.db.row<Row>(`select * from sandbox.bookings where data -> 'attendees' @> $1`, [
      JSON.stringify([{ seatUid }]),
    ]);
    return row && toBooking(row);
  }

  async byRecurringUid(recurringUid: string): Promise<Booking[]> {
    return this.query(`data ->> 'recurringUid' = $1 order by start_ms`, [recurringUid]);
  }

  /** Accepted and pending bookings of any of the hosts that touch the range. */
  async ofHosts(hostIds: number[], fromMs: number, toMs: number): Promise<Booking[]> {
    return this.query(
      `host_ids && $1::integer[] and status in ('accepted', 'pending') and start_ms < $3 and end_ms > $2`,
      [hostIds, fromMs, toMs],
    );
  }

  /** Accepted and pending bookings of one type whose start lies in [from, to). */
  async ofType(eventTypeId: number, fromMs: number, toMs: number): Promise<Booking[]> {
    return this.query(
      `event_type_id = $1 and status in ('accepted', 'pending') and start_ms >= $2 and start_ms < $3 order by id`,
      [eventTypeId, fromMs, toMs],
    );
  }

  /** How many accepted bookings the attendee still has ahead with the type. */
  async activeOfAttendee(eventTypeId: number, email: string, now: number): Promise<number> {
    const found = await this.query(
      `event_type_id = $1 and status = 'accepted' and start_ms >= $2 and data -> 'attendees' @> $3`,
      [eventTypeId, now, JSON.stringify([{ email }])],
    );
    return found.length;
  }

  /** Everything one of the people hosts or attends, and every booking of one of the types or of their children. */
  async concerning(people: Pick<Account, 'id' | 'email'>[], eventTypeIds: number[] = []): Promise<Booking[]> {
    return this.query(
      `host_ids && $1::integer[]
         or exists (select from jsonb_array_elements(data -> 'attendees') attendee where attendee ->> 'email' = any($2))
         or event_type_id in (select id from sandbox.event_types where id = any($3) or parent_id = any($3))
       order by start_ms, id`,
      [people.map(({ id }) => id), people.map(({ email }) => email), eventTypeIds],
    );
  }

  async all(hostId?: number): Promise<Booking[]> {
    return this.query('($1::integer is null or $1 = any(host_ids)) order by id', [hostId ?? null]);
  }

  private async query(where: string, values: unknown[]): Promise<Booking[]> {
    return (await this.db.rows<Row>(`select * from sandbox.bookings where ${where}`, values)).map(toBooking);
  }
}
