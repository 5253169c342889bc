import type { SecretPlace } from '../crypto/secret-box';

/** Where payloads are sealed: only the company's own row opens them. */
export function payloadPlace(companyId: string): SecretPlace {
  return { table: 'outbox_events', column: 'sealed_payload', companyId };
}

/** Where the answers of receivers are sealed. */
export function responsePlace(companyId: string): SecretPlace {
  return { table: 'outbox_attempts', column: 'sealed_response', companyId };
}
