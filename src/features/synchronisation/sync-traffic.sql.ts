/**
 * SQL: whether the company named by `column` has traffic. That is: within the last 24 h an appointment was recorded or a
 * webhook was received, or one begins within 24 h of now.
 */
export function hasTraffic(column: string): string {
  return `(
    exists (select from appointments where company_id = ${column}
      and created_at > clock_timestamp() - interval '24 hours')
    or exists (select from appointments where company_id = ${column}
      and starts_at between clock_timestamp() - interval '24 hours' and clock_timestamp() + interval '24 hours')
    or exists (select from webhook_deliveries where company_id = ${column}
      and received_at > clock_timestamp() - interval '24 hours'))`;
}
