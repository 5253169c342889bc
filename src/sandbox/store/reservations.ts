import { Database } from './database';

export interface Reservation {
  uid: string;
  eventTypeId: number;
  hostId: number;
  startMs: number;
  endMs: number;
  untilMs: number;
  minutes: number;
}

type Row = {
  uid: string;
  event_type_id: number;
  host_id: number;
  start_ms: number;
  end_ms: number;
  until_ms: number;
  minutes: number;
};

const toReservation = (row: Row): Reservation => ({
  uid: row.uid,
  eventTypeId: row.event_type_id,
  hostId: row.host_id,
  startMs: row.start_ms,
  endMs: row.end_ms,
  untilMs: row.until_ms,
  minutes: row.minutes,
});

/** Holds on slots. They hide slots and refuse one another; bookings never look at them. */
export class ReservationStore {
  constructor(private readonly db: Database) {}

  async save(hold: Reservation): Promise<void> {
    await this.db.rows(
      `insert into sandbox.reservations values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (uid) do update set start_ms = excluded.start_ms, end_ms = excluded.end_ms,
         until_ms = excluded.until_ms, minutes = excluded.minutes`,
      [hold.uid, hold.eventTypeId, hold.hostId, hold.startMs, hold.endMs, hold.untilMs, hold.minutes],
    );
  }

  async byUid(uid: string): Promise<Reservation | undefined> {
    const row = await this.db.row<Row>('select * from sandbox.reservations where uid = $1', [uid]);
    return row && toReservation(row);
  }

  /** Living holds of one event type that overlap the range. */
  async ofType(eventTypeId: number, fromMs: number, toMs: number, now: number): Promise<Reservation[]> {
    const rows = await this.db.rows<Row>(
      `select * from sandbox.reservations
       where event_type_id = $1 and start_ms < $3 and end_ms > $2 and until_ms > $4`,
      [eventTypeId, fromMs, toMs, now],
    );
    return rows.map(toReservation);
  }

  /** Living holds on one host's time, of whatever type. */
  async ofHost(hostId: number, fromMs: number, toMs: number, now: number): Promise<Reservation[]> {
    const rows = await this.db.rows<Row>(
      `select * from sandbox.reservations
       where host_id = $1 and start_ms < $3 and end_ms > $2 and until_ms > $4`,
      [hostId, fromMs, toMs, now],
    );
    return rows.map(toReservation);
  }

  async remove(uid: string): Promise<void> {
    await this.db.rows('delete from sandbox.reservations where uid = $1', [uid]);
  }
}
