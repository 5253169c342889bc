import { ApiProperty } from '@nestjs/swagger';
import { formatInstant } from '../../../foundation/time/instants';
import type { EventTypeRecord } from '../../event-types/event-types.service';
import { EventTypeReference } from '../booking-view';
import { type Hold, HOLD_STATES, type HoldState } from './hold';

/** A hold as callers see it. The provider's reservation has a uid with which anybody could end it: it is not shown. */
export class HoldView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ type: EventTypeReference })
  eventType: EventTypeReference;

  @ApiProperty({ format: 'date-time', description: "With the offset of the company's zone" })
  start: string;

  @ApiProperty({ format: 'date-time' })
  end: string;

  @ApiProperty({ format: 'date-time', description: 'From then on the start is free for others' })
  expiresAt: string;

  @ApiProperty({ enum: HOLD_STATES })
  state: HoldState;

  @ApiProperty({ description: 'Whether the provider is known to hide the start from others too' })
  reserved: boolean;
}

export class MadeHoldView extends HoldView {
  @ApiProperty({ description: 'Told this once. Needed with a publishable key to see, end or take the hold' })
  token: string;
}

export function holdView(hold: Hold, { id, title, providerId }: EventTypeRecord, timeZone: string): HoldView {
  return {
    id: hold.id,
    eventType: { id, title, providerId },
    start: formatInstant(hold.startMs, timeZone),
    end: formatInstant(hold.endMs, timeZone),
    expiresAt: new Date(hold.expiresAtMs).toISOString(),
    state: hold.state,
    reserved: hold.isReserved && hold.state === 'active',
  };
}
