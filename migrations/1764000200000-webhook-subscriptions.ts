import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the provider is to send us and what it sent: registrations of teams' types, former secrets, attempts. */
export class WebhookSubscriptions1764000200000 implements MigrationInterface {
  name = 'WebhookSubscriptions1764000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The account's own registration stands in its connection's row.
      alter table connections
        -- when the registration was last compared with what the provider has
        add column webhook_checked_at timestamptz,
        -- no replica looks after this connection's registrations before
        add column webhook_look_at timestamptz;

      -- What an account's webhook leaves out: one registration for each event type of a team. Ids are the provider's.
      create table webhook_subscriptions (
        company_id uuid not null,
        connection_id uuid not null,
        team_id text not null,
        event_type_id text not null,
        provider_webhook_id text,
        registered_at timestamptz,
        checked_at timestamptz,
        -- why it is not registered, as a code of ours
        error text,
        primary key (connection_id, event_type_id),
        foreign key (company_id, connection_id) references connections (company_id, id) on delete cascade
      );

      -- The secret before the last rotation. Sealed as the connection's own, because it was that.
      create table webhook_former_secrets (
        company_id uuid not null,
        connection_id uuid primary key,
        sealed_secret text not null,
        valid_until timestamptz not null,
        foreign key (company_id, connection_id) references connections (company_id, id) on delete cascade
      );

      alter table webhook_deliveries
        -- the provider's, as far as the body tells
        add column event_type_id text,
        -- of this round: a replay begins a new one
        add column tries integer not null default 0,
        add constraint webhook_deliveries_of_company unique (company_id, id);
      create index webhook_deliveries_appointment on webhook_deliveries (company_id, appointment_id, received_at)
        where appointment_id is not null;
      create index webhook_deliveries_waiting on webhook_deliveries (received_at) where status = 'received';
      create index webhook_deliveries_event_type on webhook_deliveries (connection_id, event_type_id, received_at);

      create table webhook_attempts (
        company_id uuid not null,
        delivery_id uuid not null,
        number integer not null,
        began_at timestamptz(3) not null default clock_timestamp(),
        -- null: under way, or cut off
        ended_at timestamptz(3),
        effect text,
        error text,
        primary key (delivery_id, number),
        foreign key (company_id, delivery_id) references webhook_deliveries (company_id, id) on delete cascade
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table webhook_attempts;
      drop index webhook_deliveries_event_type;
      drop index webhook_deliveries_waiting;
      drop index webhook_deliveries_appointment;
      alter table webhook_deliveries
        drop constraint webhook_deliveries_of_company,
        drop column tries,
        drop column event_type_id;
      drop table webhook_former_secrets;
      drop table webhook_subscriptions;
      alter table connections drop column webhook_look_at, drop column webhook_checked_at;
    `);
  }
}
