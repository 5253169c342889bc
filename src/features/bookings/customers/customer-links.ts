import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AppointmentEntity } from '../appointment.entity';
import { CustomerIdentities, type ToldCustomer } from './customer-identities.repository';
import { ERASED_WORDS, isFromBefore, type Origin } from './erased';
import { type ErasedIdentity, ErasedIdentities } from './erased-identities';
import { e164 } from './phone';

/** Two who make one customer at once: the second finds it. More than once only if it is erased at that moment. */
const TRIES = 5;

type NewRow = Partial<AppointmentEntity>;

/** Gives a new appointment its customer, found or made, in the transaction that writes it. */
@Injectable()
export class CustomerLinks {
  constructor(
    private readonly customers: CustomerIdentities,
    private readonly erased: ErasedIdentities,
  ) {}

  /**
   * For a booking made through us: whoever was erased and books again has come back by himself.
   *
   * @param isTrusted false for a visitor of a page: anybody can write a customer's address there, and then says nothing
   *   new about that customer.
   */
  async linked(manager: EntityManager, row: NewRow, isTrusted: boolean): Promise<NewRow> {
    const told = await this.told(manager, row);
    return told ? { ...row, customerId: await this.customerOf(manager, told, isTrusted) } : row;
  }

  /** For a booking that became known from the provider: what is older than its attendee's erasure stays erased. */
  async linkedForeign(manager: EntityManager, row: NewRow, origin: Origin): Promise<NewRow> {
    const told = await this.told(manager, row);
    // Waits for an erasure under way, so that the look below sees what it leaves.
    if (told) await this.customers.lock(manager, told);
    const erased = await this.erasedBefore(manager, row, told, origin);
    const gone = told && erased.get(told.email ?? told.phone ?? '');
    if (gone) return { ...row, ...ERASED_WORDS, customerId: gone.customerId, erasedAt: new Date(gone.erasedAtMs) };
    const clean = without(erased, row, told);
    return told ? { ...clean, customerId: await this.customerOf(manager, asOf(told, clean, origin)) } : clean;
  }

  private async customerOf(manager: EntityManager, told: ToldCustomer, isTrusted = true): Promise<string> {
    for (let tries = 0; tries < TRIES; tries++) {
      const known = await this.customers.lock(manager, told);
      if (known.id !== undefined) {
        if (isTrusted) await this.customers.learn(manager, known.id, told, known);
        return known.id;
      }
      const made = await this.customers.create(manager, told, known);
      if (made !== undefined) return made;
    }
    throw new Error('a customer was made and gone at each look');
  }

  /** Of everybody whom the booking names, those who were erased since it was made. */
  private async erasedBefore(
    manager: EntityManager,
    { companyId, guests = [] }: NewRow,
    told: ToldCustomer | undefined,
    origin: Origin,
  ): Promise<Map<string, ErasedIdentity>> {
    const own = [told?.email, told?.phone].flatMap((identity) => identity ?? []);
    const named = [...own, ...guests.map((guest) => guest.toLowerCase())];
    const erased = await this.erased.find(manager, companyId!, named);
    return new Map([...erased].filter(([, { erasedAtMs }]) => isFromBefore(origin, erasedAtMs)));
  }

  /** Undefined for an attendee who cannot be found again by anything. */
  private async told(manager: EntityManager, row: NewRow): Promise<ToldCustomer | undefined> {
    const { companyId, attendeeName, attendeeEmail, attendeePhone, attendeeTimeZone, attendeeLanguage } = row;
    const phone = attendeePhone ? await numberOf(manager, companyId!, attendeePhone) : null;
    const email = attendeeEmail?.toLowerCase() ?? null;
    if (email === null && phone === null) return undefined;
    return {
      companyId: companyId!,
      name: attendeeName!,
      email,
      phone,
      timeZone: attendeeTimeZone!,
      language: attendeeLanguage ?? null,
    };
  }
}

/** Null for a number that cannot be understood: it stays with the appointment, as it came. */
async function numberOf(manager: EntityManager, companyId: string, written: string): Promise<string | null> {
  if (written.startsWith('+')) return e164(written, '') ?? null;
  const [company] = await manager.query<{ country: string }[]>(
    'select phone_country as country from companies where id = $1',
    [companyId],
  );
  return e164(written, company?.country ?? '') ?? null;
}

/** The row without guests who were erased, and without a number that was somebody's who was. */
function without(erased: Map<string, unknown>, row: NewRow, told: ToldCustomer | undefined): NewRow {
  const guests = (row.guests ?? []).filter((guest) => !erased.has(guest.toLowerCase()));
  return told?.phone && erased.has(told.phone) ? { ...row, guests, attendeePhone: null } : { ...row, guests };
}

function asOf(told: ToldCustomer, { attendeePhone }: NewRow, { createdAtMs }: Origin): ToldCustomer {
  const phone = attendeePhone ? told.phone : null;
  return { ...told, phone, ...(createdAtMs === undefined ? {} : { atMs: createdAtMs }) };
}
