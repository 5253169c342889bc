import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What every replica's slot store must hear: changes of hosts' times, and of what is sold. */
export class Availability1765000000000 implements MigrationInterface {
  name = 'Availability1765000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Kept for an hour, for a replica that lost its connection; told to the others by NOTIFY when it commits.
      create table availability_changes (
        id bigint generated always as identity primary key,
        -- ids are given before the commit, so they say nothing of its order; this one, beside a snapshot, does
        xid xid8 not null default pg_current_xact_id(),
        account text not null,
        changes jsonb not null,
        at timestamptz(3) not null default clock_timestamp()
      );
      create index availability_changes_xid on availability_changes (xid);
      create index availability_changes_at on availability_changes (at);

      -- A replica remembers how a company's types are sold until it hears this.
      create function tell_availability_facts() returns trigger language plpgsql as $$
      begin
        perform pg_notify('slotbridge_availability', json_build_object('factsOf',
          (case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end) ->> tg_argv[0])::text);
        return null;
      end $$;
      create trigger availability_facts_made after insert or delete on event_types
        for each row execute function tell_availability_facts('company_id');
      create trigger availability_facts_changed after update on event_types for each row
        when (old.definition is distinct from new.definition or old.deleted_at is distinct from new.deleted_at)
        execute function tell_availability_facts('company_id');
      create trigger availability_facts_made after insert or delete on connections
        for each row execute function tell_availability_facts('company_id');
      create trigger availability_facts_changed after update on connections for each row
        when (old.* is distinct from new.*) execute function tell_availability_facts('company_id');
      create trigger availability_facts_changed after update or delete on companies
        for each row execute function tell_availability_facts('id');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function tell_availability_facts cascade;
      drop table availability_changes;
    `);
  }
}
