import { Foundation1763600000000 } from './1763600000000-foundation';
import { Pacing1763600100000 } from './1763600100000-pacing';
import { ConnectionSettings1763600200000 } from './1763600200000-connection-settings';
import { Sagas1764000000000 } from './1764000000000-sagas';
import { Changes1764000050000 } from './1764000050000-changes';
import { OutgoingEvents1764000100000 } from './1764000100000-outgoing-events';
import { WebhookSubscriptions1764000200000 } from './1764000200000-webhook-subscriptions';
import { Synchronisation1764000300000 } from './1764000300000-synchronisation';
import { Holds1764000400000 } from './1764000400000-holds';
import { Customers1764000500000 } from './1764000500000-customers';
import { Idempotency1764000600000 } from './1764000600000-idempotency';
import { Deletion1764000700000 } from './1764000700000-deletion';
import { Availability1765000000000 } from './1765000000000-availability';
import { Services1765000100000 } from './1765000100000-services';
import { ServiceFacts1765000110000 } from './1765000110000-service-facts';
import { CompositeBookings1765000200000 } from './1765000200000-composite-bookings';

/** Every migration, oldest first. A list, not a glob: it is the same under SWC, Jest and in the image. */
export const MIGRATIONS = [
  Foundation1763600000000,
  Pacing1763600100000,
  ConnectionSettings1763600200000,
  Sagas1764000000000,
  Changes1764000050000,
  OutgoingEvents1764000100000,
  WebhookSubscriptions1764000200000,
  Synchronisation1764000300000,
  Holds1764000400000,
  Customers1764000500000,
  Idempotency1764000600000,
  Deletion1764000700000,
  Availability1765000000000,
  Services1765000100000,
  ServiceFacts1765000110000,
  CompositeBookings1765000200000,
];
