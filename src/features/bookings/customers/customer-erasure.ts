import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ApiError } from '../../../foundation/errors/api-error';
import { type Concerned, CustomerCopies } from './customer-copies';
import { CustomerTraces, type HiddenTraces } from './customer-traces';
import { ErasureObstacles } from './erasure-obstacles';
import { ErasureRepository } from './erasure.repository';

/** Removes everything that is known of a customer, here. What the provider has is the company's to erase there. */
@Injectable()
export class CustomerErasure {
  constructor(
    private readonly dataSource: DataSource,
    private readonly traces: CustomerTraces,
    private readonly copies: CustomerCopies,
    private readonly obstacles: ErasureObstacles,
    private readonly rows: ErasureRepository,
  ) {}

  /**
   * For good, all or nothing. Somebody who is erased already stays so.
   *
   * @throws ApiError `NOT_FOUND`; `CONFLICT` with `FUTURE_BOOKINGS` and their ids, or `BOOKING_IN_PROGRESS`.
   */
  async erase(companyId: string, id: string): Promise<void> {
    const { manager } = this.dataSource;
    // Long, so before anything is locked.
    const hidden = await this.traces.hidden(await this.traces.person(manager, companyId, id));
    await this.dataSource.transaction((within) => this.eraseWithin(within, companyId, id, hidden));
  }

  private async eraseWithin(manager: EntityManager, companyId: string, id: string, hidden: HiddenTraces) {
    const isErased = await this.rows.lock(manager, companyId, id);
    if (isErased === undefined) throw new ApiError('NOT_FOUND');
    if (isErased) return;
    const person = await this.traces.person(manager, companyId, id);
    const own = await this.traces.own(manager, person);
    const ofOthers = await this.traces.ofOthers(manager, person);
    const concerned: Concerned = { companyId, hidden, appointmentIds: [...own, ...ofOthers].sort() };
    await this.copies.lockDeliveries(manager, concerned);
    await this.rows.lockAppointments(manager, companyId, concerned.appointmentIds);
    await this.obstacles.refuseWork(manager, concerned);
    await this.obstacles.refuseFuture(manager, companyId, id);
    await this.rows.eraseOwn(manager, companyId, own);
    await this.rows.eraseFromOthers(manager, person, ofOthers);
    await this.rows.eraseCustomer(manager, person);
    await this.copies.erase(manager, concerned);
  }
}
