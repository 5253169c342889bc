import type { EventType } from '../../scheduling/words';

/** An event type as last seen at the provider, under an id of ours that lasts as long as the type does. */
export interface EventTypeRecord {
  id: string;
  companyId: string;
  connectionId: string;
  providerId: string;
  title: string;
  slug: string;
  lengthMinutes: number;
  definition: EventType;
}
