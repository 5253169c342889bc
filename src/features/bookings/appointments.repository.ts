import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Brackets, type EntityManager, Repository } from 'typeorm';
import { Outbox } from '../../foundation/outbox/outbox';
import type { Cursor } from '../../foundation/http/cursor';
import type { ProviderBooking } from '../../scheduling/words';
import { AvailabilityNews, type OccupiedTime } from '../availability/store/availability-news.service';
import { AppointmentEntity, type AppointmentStatus, AppointmentUidEntity } from './appointment.entity';
import { AppointmentWatch } from './appointment-watch';
import { type BookingNews, newsOf } from './appointment-news';
import { providerFacts } from './booking-facts';
import { isOwn } from './provider-truth';
import { bookingView, type EventTypeReference } from './booking-view';
import { CustomerLinks } from './customers/customer-links';
import { type Origin, withoutWords } from './customers/erased';

/** A connection as far as bookings are concerned: uids and refs are looked up within it only. */
export interface ConnectionScope {
  id: string;
  companyId: string;
}

export interface AppointmentFilter {
  statuses?: AppointmentStatus[];
  /** Half-open on the start: fromMs <= start < toMs. */
  fromMs?: number;
  toMs?: number;
  eventTypeId?: string;
  /** Letter case does not matter. */
  attendeeEmail?: string;
  customerId?: string;
  after?: Cursor;
}

/** Who tells of an appointment. */
export interface Teller {
  /** It became known from the provider. */
  origin?: Origin;
  /** The company itself, not a visitor of its page: what it says of a customer counts. */
  isTrusted?: boolean;
}

/** Rows of appointments and their uids. Every query carries the company. */
@Injectable()
export class AppointmentsRepository {
  constructor(
    @InjectRepository(AppointmentEntity) private readonly rows: Repository<AppointmentEntity>,
    private readonly outbox: Outbox,
    private readonly customers: CustomerLinks,
    private readonly availability: AvailabilityNews,
    private readonly watch: AppointmentWatch,
  ) {}

  async find(companyId: string, id: string, manager?: EntityManager): Promise<AppointmentEntity | undefined> {
    return (await this.within(manager).findOneBy({ companyId, id })) ?? undefined;
  }

  async findByRef(connection: ConnectionScope, ref: string): Promise<AppointmentEntity | undefined> {
    const row = await this.rows
      .createQueryBuilder('a')
      .where('a.company_id = :companyId and a.connection_id = :id', connection)
      // A repeated attempt has a ref of its own.
      .andWhere('(a.ref = :ref or a.id in (select appointment_id from saga_steps where ref = :ref))', { ref })
      .getOne();
    return row ?? undefined;
  }

  /** The appointment that has or had one of these uids. */
  async findByUids(connection: ConnectionScope, uids: string[]): Promise<AppointmentEntity | undefined> {
    if (uids.length === 0) return undefined;
    const row = await this.rows
      .createQueryBuilder('a')
      .innerJoin(AppointmentUidEntity, 'u', 'u.company_id = a.company_id and u.appointment_id = a.id')
      .where('a.company_id = :companyId and u.connection_id = :id and u.uid in (:...uids)', { ...connection, uids })
      .getOne();
    return row ?? undefined;
  }

  /** One row more than `limit` when there are further ones; ordered by start, then id. */
  async list(companyId: string, filter: AppointmentFilter, limit: number): Promise<AppointmentEntity[]> {
    const query = this.rows.createQueryBuilder('a').where('a.company_id = :companyId', { companyId });
    const { statuses, fromMs, toMs, eventTypeId, attendeeEmail, customerId, after } = filter;
    if (statuses) query.andWhere('a.status in (:...statuses)', { statuses });
    if (fromMs !== undefined) query.andWhere('a.starts_at >= :from', { from: new Date(fromMs) });
    if (toMs !== undefined) query.andWhere('a.starts_at < :to', { to: new Date(toMs) });
    if (eventTypeId) query.andWhere('a.event_type_id = :eventTypeId', { eventTypeId });
    if (attendeeEmail) query.andWhere('lower(a.attendee_email) = lower(:attendeeEmail)', { attendeeEmail });
    // What an erased customer booked is nobody's any more.
    if (customerId) query.andWhere('a.customer_id = :customerId and a.erased_at is null', { customerId });
    if (after) {
      query.andWhere(
        new Brackets((where) => where.where('(a.starts_at, a.id) > (:at::timestamptz, :id::uuid)', after)),
      );
    }
    return query
      .orderBy('a.starts_at')
      .addOrderBy('a.id')
      .limit(limit + 1)
      .getMany();
  }

  /**
   * A new appointment, with the customer that it is for.
   *
   * @param origin of one that was made at the provider; absent: its attendee asks for it now.
   */
  async insert(manager: EntityManager, row: Partial<AppointmentEntity>, { origin, isTrusted }: Teller): Promise<void> {
    const linked = origin
      ? await this.customers.linkedForeign(manager, row, origin)
      : await this.customers.linked(manager, row, isTrusted === true);
    await manager.insert(AppointmentEntity, linked);
    if (origin) await this.availability.recorded(manager, undefined, linked as OccupiedTime);
  }

  /** Removes the record of what was not booked after all. A row whose outcome is known stays. */
  async removePlanned(manager: EntityManager, companyId: string, id: string): Promise<void> {
    await manager.delete(AppointmentEntity, { companyId, id, status: 'outcome_pending' });
  }

  /**
   * Writes what the provider says, remembers the uids, and tells the company's endpoints what is new. A word older than
   * the one we have changes nothing: then the row is returned as it is.
   *
   * @param whose `own`: it counts only if it is about the booking that the appointment has, or what became of that one. A
   *   saga may have put another one in its place while the provider was being asked.
   */
  async record(
    manager: EntityManager,
    appointment: { companyId: string; connectionId: string; id: string },
    booking: ProviderBooking,
    formerUids: string[] = [],
    whose: 'own' | 'any' = 'any',
  ): Promise<AppointmentEntity> {
    const { companyId, id } = appointment;
    const lock = { mode: 'pessimistic_write' } as const;
    const before = await manager.findOneOrFail(AppointmentEntity, { where: { companyId, id }, lock });
    if (whose === 'own' && !isOwn(before, { booking, formerUids })) return before;
    const at = booking.updatedAtMs === undefined ? null : new Date(booking.updatedAtMs);
    const uids = await this.withUids(manager, appointment, [booking.uid, ...formerUids]);
    const facts = providerFacts(booking, uids);
    const told = before.erasedAt ? withoutWords(facts) : facts;
    const result = await manager
      .createQueryBuilder()
      .update(AppointmentEntity)
      .set({ ...told, updatedAt: () => 'clock_timestamp()' })
      .where('company_id = :companyId and id = :id', { companyId, id })
      .andWhere('(provider_updated_at is null or :at::timestamptz is null or provider_updated_at <= :at)', { at })
      .returning('updated_at')
      .execute();
    const [written] = result.raw as { updated_at: Date }[];
    if (!written) return before;
    // Locked since it was read, so it needs no second look.
    const after = manager.create(AppointmentEntity, { ...before, ...told, updatedAt: written.updated_at });
    return this.changed(manager, before, after);
  }

  /**
   * This booking of it was cancelled at the provider a moment ago, by us: what the provider says of it later counts for
   * more. A booking that the appointment has no more changes nothing.
   */
  async markCancelled(manager: EntityManager, companyId: string, id: string, by: { uid?: string; reason: string }) {
    const lock = { mode: 'pessimistic_write' } as const;
    const before = await manager.findOneOrFail(AppointmentEntity, { where: { companyId, id }, lock });
    if (before.status === 'cancelled' || (by.uid !== undefined && before.uid !== by.uid)) return;
    const cancelled = { status: 'cancelled', cancellationReason: before.erasedAt ? null : by.reason } as const;
    await manager.update(AppointmentEntity, { companyId, id }, { ...cancelled, updatedAt: () => 'clock_timestamp()' });
    await this.changed(manager, before, manager.create(AppointmentEntity, { ...before, ...cancelled }));
  }

  private async changed(manager: EntityManager, before: AppointmentEntity, after: AppointmentEntity) {
    await this.availability.recorded(manager, before, after);
    const news = newsOf(before, after);
    if (news) await this.tell(manager, after, news);
    if (news) await this.watch.changed(manager, after);
    return after;
  }

  /** As {@link record}, in a transaction of its own. */
  recordNow(row: AppointmentEntity, booking: ProviderBooking, formerUids: string[] = []): Promise<AppointmentEntity> {
    return this.rows.manager.transaction((manager) => this.record(manager, row, booking, formerUids));
  }

  /** Tells the company's own endpoints, as part of the transaction that makes it true. */
  async tell(manager: EntityManager, row: AppointmentEntity, type: BookingNews): Promise<void> {
    const { companyId, id, eventTypeId } = row;
    const [eventType] = await manager.query<EventTypeReference[]>(
      'select id, title, provider_id as "providerId" from event_types where company_id = $1 and id = $2',
      [companyId, eventTypeId],
    );
    const payload = bookingView(row, eventType ?? null);
    await this.outbox.add(manager, { companyId, subject: id, type, payload });
  }

  /** @throws QueryFailedError `appointment_uids_pkey` only when `strict`: another worker made an appointment of a uid. */
  async rememberUids(
    manager: EntityManager,
    appointment: { companyId: string; connectionId: string; id: string },
    uids: string[],
    strict = false,
  ): Promise<void> {
    const { companyId, connectionId, id: appointmentId } = appointment;
    const rows = [...new Set(uids)].map((uid) => ({ companyId, connectionId, appointmentId, uid }));
    const insert = manager.createQueryBuilder().insert().into(AppointmentUidEntity).values(rows);
    await (strict ? insert : insert.orIgnore()).execute();
  }

  /** Remembers uids by the statement that reads those known before; all of them are returned. */
  private async withUids(
    manager: EntityManager,
    { companyId, connectionId, id }: { companyId: string; connectionId: string; id: string },
    uids: string[],
  ): Promise<string[]> {
    const known = await manager.query<{ uid: string }[]>(
      `with remembered as (
         insert into appointment_uids (company_id, connection_id, appointment_id, uid)
         select $1, $2, $3, uid from unnest($4::text[]) as told (uid) on conflict do nothing)
       select uid from appointment_uids where company_id = $1 and appointment_id = $3`,
      [companyId, connectionId, id, uids],
    );
    return [...uids, ...known.map(({ uid }) => uid)];
  }

  private within(manager?: EntityManager): Repository<AppointmentEntity> {
    return manager ? manager.getRepository(AppointmentEntity) : this.rows;
  }
}
