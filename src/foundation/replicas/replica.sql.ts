/** SQL: whether the replica named by `column` is alive, by the database's clock. */
export function isAlive(column: string): string {
  return `exists (select 1 from replicas where replicas.id = ${column} and replicas.heartbeat_until > clock_timestamp())`;
}
