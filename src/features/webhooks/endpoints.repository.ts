import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, type QueryDeepPartialEntity, Repository } from 'typeorm';
import { type DisabledReason, WebhookEndpoint } from './endpoints.entity';

export type NewEndpoint = Pick<WebhookEndpoint, 'id' | 'companyId' | 'url' | 'description' | 'types' | 'sealedSecret'> &
  Pick<WebhookEndpoint, 'enabled' | 'disabledReason'>;
export type EndpointChange = Partial<Pick<WebhookEndpoint, 'url' | 'description' | 'types' | 'enabled'>>;

/** The old secret signs for this long after a rotation. */
const OVERLAP = '24 hours';
const ON = { enabled: true, disabledReason: null, disabledAt: null, failingSince: null, lastFailureAt: null };

@Injectable()
export class EndpointsRepository {
  constructor(@InjectRepository(WebhookEndpoint) private readonly endpoints: Repository<WebhookEndpoint>) {}

  /** Whether there was room for one more. */
  async insert(endpoint: NewEndpoint, max: number): Promise<boolean> {
    return this.endpoints.manager.transaction(async (manager) => {
      // The company's row stands in for all its endpoints: of two insertions at once the second counts the first.
      await manager.query('select 1 from companies where id = $1 for no key update', [endpoint.companyId]);
      if ((await manager.countBy(WebhookEndpoint, { companyId: endpoint.companyId })) >= max) return false;
      await manager.insert(WebhookEndpoint, endpoint);
      return true;
    });
  }

  async find(companyId: string, id: string): Promise<WebhookEndpoint | undefined> {
    return (await this.endpoints.findOneBy({ companyId, id })) ?? undefined;
  }

  /** Oldest first. */
  list(companyId: string): Promise<WebhookEndpoint[]> {
    return this.endpoints.find({ where: { companyId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** Whether there is such an endpoint. What waited for one that is switched off is skipped. */
  async change(companyId: string, id: string, { enabled, ...fields }: EndpointChange): Promise<boolean> {
    return this.endpoints.manager.transaction(async (manager) => {
      const turn: QueryDeepPartialEntity<WebhookEndpoint> = enabled === true ? ON : {};
      const change = { ...fields, ...turn, updatedAt: () => 'now()' };
      const { affected } = await manager.update(WebhookEndpoint, { companyId, id }, change);
      if (affected && enabled === false) await this.disable(manager, companyId, id, 'requested');
      return Boolean(affected);
    });
  }

  async remove(companyId: string, id: string): Promise<boolean> {
    return Boolean((await this.endpoints.delete({ companyId, id })).affected);
  }

  /** The current secret becomes the previous one for 24 h; one that was still waiting to end ends now. */
  async rotate(companyId: string, id: string, sealedSecret: string): Promise<boolean> {
    const change = {
      sealedSecret,
      sealedPreviousSecret: () => 'sealed_secret',
      previousSecretUntil: () => `now() + interval '${OVERLAP}'`,
      updatedAt: () => 'now()',
    };
    return Boolean((await this.endpoints.update({ companyId, id }, change)).affected);
  }

  /** Writes a secret sealed anew, unless somebody changed it meanwhile. */
  async reseal(id: string, column: 'sealedSecret' | 'sealedPreviousSecret', from: string, to: string): Promise<void> {
    await this.endpoints.update({ id, [column]: from }, { [column]: to });
  }

  async noteSuccess(companyId: string, id: string): Promise<void> {
    await this.endpoints.query(
      `update webhook_endpoints set failing_since = null, last_failure_at = null
       where company_id = $1 and id = $2 and failing_since is not null`,
      [companyId, id],
    );
  }

  /**
   * Remembers a failure, and disables the endpoint when `gone` or when nothing has succeeded for three days of failures,
   * no two of them more than a day apart.
   *
   * @returns why it was disabled by this call; undefined = it was not.
   */
  async noteFailure(companyId: string, id: string, gone: boolean): Promise<DisabledReason | undefined> {
    return this.endpoints.manager.transaction(async (manager) => {
      const [row] = await manager.query<{ enabled: boolean; failed_long: boolean }[]>(
        `with noted as (
           update webhook_endpoints set last_failure_at = now(), failing_since = case
             when last_failure_at > now() - interval '1 day' then coalesce(failing_since, now()) else now() end
           where company_id = $1 and id = $2
           returning enabled, failing_since
         ) select enabled, failing_since < now() - interval '3 days' as failed_long from noted`,
        [companyId, id],
      );
      if (!row?.enabled || !(gone || row.failed_long)) return undefined;
      const reason = gone ? 'gone' : 'failing';
      await this.disable(manager, companyId, id, reason);
      return reason;
    });
  }

  /** What is being sent at this moment is left to whoever sends it. */
  private async disable(manager: EntityManager, companyId: string, id: string, disabledReason: DisabledReason) {
    const change = { enabled: false, disabledReason, disabledAt: () => 'now()' };
    const { affected } = await manager.update(WebhookEndpoint, { companyId, id, enabled: true }, change);
    if (!affected) return;
    await manager.query(
      `update outbox_deliveries set status = 'skipped', finished_at = now()
       where company_id = $1 and endpoint_id = $2 and status = 'pending' and claim is null`,
      [companyId, id],
    );
  }
}
