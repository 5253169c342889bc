import { ApiProperty } from '@nestjs/swagger';

export const SUBSCRIPTION_STATES = ['ok', 'missing', 'failed'] as const;

/** What one level of the provider's account tells us, or should. */
export class SubscriptionView {
  @ApiProperty({
    enum: ['account', 'team-event-type'],
    description: 'an account tells what its own event types are booked for, each type of a team has its own webhook',
  })
  level!: 'account' | 'team-event-type';

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'of the event type of a team' })
  eventTypeId!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'where it sends to; null where `PUBLIC_URL` is not set' })
  url!: string | null;

  @ApiProperty({
    enum: SUBSCRIPTION_STATES,
    description: '`missing`: not registered yet; `failed`: the provider did not take it, see `error`',
  })
  state!: (typeof SUBSCRIPTION_STATES)[number];

  @ApiProperty({ type: String, nullable: true, description: 'a code, for example `UNAVAILABLE` or `FORBIDDEN`' })
  error!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  registeredAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'last compared with the provider' })
  checkedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'when it last told us something' })
  lastDeliveryAt!: string | null;
}

export class SubscriptionList {
  @ApiProperty({ type: [SubscriptionView] })
  data!: SubscriptionView[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'until then webhooks signed with the secret before the last rotation are taken as well',
  })
  formerSecretUntil!: string | null;
}
