import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

/** A registration as we remember it. */
export interface Registration {
  /** Null: not known to stand at the provider. */
  providerWebhookId: string | null;
  registeredAt: Date | null;
  /** When it was last compared with what the provider has. */
  checkedAt: Date | null;
  /** Why the last registration failed, as a code; null when it did not. */
  error: string | null;
}

/** The provider's numbers. */
export interface TeamType {
  teamId: string;
  eventTypeId: string;
}

const COLUMNS = `provider_webhook_id as "providerWebhookId", registered_at as "registeredAt",
  checked_at as "checkedAt", error`;
/** Longer than a look takes, shorter than the pause between looks, so that each connection has one look a pause. */
const LOOK_CLAIM = `interval '4 minutes'`;

/** What is remembered of registrations at providers, beside the account's own, which stands with its connection. */
@Injectable()
export class WebhookSubscriptionRows {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async ofTeams(connectionId: string): Promise<(Registration & TeamType)[]> {
    return this.database.query(
      `select team_id as "teamId", event_type_id as "eventTypeId", ${COLUMNS}
       from webhook_subscriptions where connection_id = $1 order by event_type_id`,
      [connectionId],
    );
  }

  async ofAccount(connectionId: string): Promise<Registration | undefined> {
    const rows = await this.database.query<Registration[]>(
      `select webhook_provider_id as "providerWebhookId", webhook_registered_at as "registeredAt",
         webhook_checked_at as "checkedAt", webhook_error as error
       from connections where id = $1`,
      [connectionId],
    );
    return rows[0];
  }

  async noteAccountChecked(connectionId: string): Promise<void> {
    await this.database.query('update connections set webhook_checked_at = now() where id = $1', [connectionId]);
  }

  async saveTeamType(connectionId: string, type: TeamType, providerWebhookId: string): Promise<void> {
    await this.database.query(
      `insert into webhook_subscriptions
         (company_id, connection_id, team_id, event_type_id, provider_webhook_id, registered_at, checked_at)
       select company_id, id, $2, $3, $4, now(), now() from connections where id = $1
       on conflict (connection_id, event_type_id) do update
         set team_id = excluded.team_id, provider_webhook_id = excluded.provider_webhook_id, error = null,
           registered_at = excluded.registered_at, checked_at = excluded.checked_at`,
      [connectionId, type.teamId, type.eventTypeId, providerWebhookId],
    );
  }

  /** Whatever was registered before can no longer be relied on. */
  async saveTeamTypeFailed(connectionId: string, type: TeamType, error: string): Promise<void> {
    await this.database.query(
      `insert into webhook_subscriptions (company_id, connection_id, team_id, event_type_id, checked_at, error)
       select company_id, id, $2, $3, now(), $4 from connections where id = $1
       on conflict (connection_id, event_type_id) do update
         set team_id = excluded.team_id, registered_at = null, checked_at = excluded.checked_at,
           error = excluded.error`,
      [connectionId, type.teamId, type.eventTypeId, error],
    );
  }

  async noteTeamTypeChecked(connectionId: string, { eventTypeId }: TeamType): Promise<void> {
    await this.database.query(
      'update webhook_subscriptions set checked_at = now() where connection_id = $1 and event_type_id = $2',
      [connectionId, eventTypeId],
    );
  }

  /** Forgets the registrations of types that are gone: the provider deleted them with the types. */
  async keepTeamTypes(connectionId: string, eventTypeIds: string[]): Promise<void> {
    await this.database.query(
      'delete from webhook_subscriptions where connection_id = $1 and event_type_id <> all($2)',
      [connectionId, eventTypeIds],
    );
  }

  /** Connections that no replica has looked after for a while; nobody else looks after them for the next minutes. */
  async claimLooks(): Promise<string[]> {
    const [claimed] = await this.database.query<[{ id: string }[], number]>(
      `update connections set webhook_look_at = now() + ${LOOK_CLAIM}
       where webhook_look_at is null or webhook_look_at <= now() returning id`,
    );
    return claimed.map(({ id }) => id);
  }

  /** Sealed as the connection's own secret is. */
  async formerSecret(connectionId: string): Promise<string | undefined> {
    const rows = await this.database.query<{ sealed: string }[]>(
      `select sealed_secret as sealed from webhook_former_secrets where connection_id = $1 and valid_until > now()`,
      [connectionId],
    );
    return rows[0]?.sealed;
  }

  async formerSecretUntil(connectionId: string): Promise<Date | undefined> {
    const rows = await this.database.query<{ until: Date }[]>(
      'select valid_until as until from webhook_former_secrets where connection_id = $1 and valid_until > now()',
      [connectionId],
    );
    return rows[0]?.until;
  }

  /** In one statement, so that no webhook between two of them meets neither secret. */
  async rotateSecret(connectionId: string, sealedSecret: string): Promise<void> {
    await this.database.query(
      `with before as (
         select id, company_id, sealed_webhook_secret as sealed from connections where id = $1 for update),
       kept as (
         insert into webhook_former_secrets (company_id, connection_id, sealed_secret, valid_until)
         select company_id, id, sealed, now() + interval '24 hours' from before where sealed is not null
         on conflict (connection_id) do update
           set sealed_secret = excluded.sealed_secret, valid_until = excluded.valid_until)
       update connections set sealed_webhook_secret = $2 where id = (select id from before)`,
      [connectionId, sealedSecret],
    );
  }
}
