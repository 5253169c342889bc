/** Where replicas listen. */
export const CHANNEL = 'slotbridge_availability';
/** Of the 8,000 that a notification may have; longer ones name their row instead. */
const PAYLOAD_MAX = 7_000;

/**
 * SQL: writes down what `rows` (account, changes) tells, and tells it to every replica when the transaction commits.
 * Gives back what was told.
 */
export function tellSql(rows: string): string {
  return `told as (
      insert into availability_changes (account, changes) select account, changes from (${rows}) news
      returning id, account, changes)
    select id, account, changes, pg_notify('${CHANNEL}', case
      when length(changes::text) > ${PAYLOAD_MAX} then json_build_object('id', id::text)
      else json_build_object('id', id::text, 'account', account, 'changes', changes) end::text) from told`;
}
