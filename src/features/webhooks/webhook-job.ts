import type { SecretPlace } from '../../foundation/crypto/secret-box';

export const WEBHOOK_QUEUE = 'webhook-delivery';

export interface WebhookJob {
  companyId: string;
  deliveryId: string;
}

export function bodyPlace(companyId: string): SecretPlace {
  return { table: 'webhook_deliveries', column: 'sealed_body', companyId };
}
