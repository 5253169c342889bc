import type { WebhookEffect } from '../../scheduling/webhook-reader';

export interface TriggerRow {
  trigger: string;
  effect: WebhookEffect;
  /** What the delivery does to the appointment, for `docs/webhooks.md`. */
  meaning: string;
}

const NOTHING = 'stored, nothing changes';

/**
 * Every trigger that Cal.com is known to send and what it does here: the source of the table in `docs/webhooks.md`.
 * Deciding is the provider's room alone; a test holds this table against it.
 */
export const TRIGGER_TABLE: readonly TriggerRow[] = [
  {
    trigger: 'BOOKING_CREATED',
    effect: 'created',
    meaning: 'the appointment is `confirmed`; also sent after a confirmation',
  },
  { trigger: 'BOOKING_REQUESTED', effect: 'requested', meaning: 'the appointment is `awaiting_confirmation`' },
  {
    trigger: 'BOOKING_RESCHEDULED',
    effect: 'rescheduled',
    meaning: 'the same appointment gets the new time; both uids lead to it',
  },
  { trigger: 'BOOKING_CANCELLED', effect: 'cancelled', meaning: 'the appointment is `cancelled`, with the reason' },
  { trigger: 'BOOKING_REJECTED', effect: 'rejected', meaning: 'the appointment is `rejected`, with the reason' },
  ...[
    'BOOKING_PAYMENT_INITIATED',
    'BOOKING_PAID',
    'BOOKING_NO_SHOW_UPDATED',
    'BOOKING_LOCATION_UPDATED',
    'BOOKING_REASSIGNED',
    'MEETING_STARTED',
    'MEETING_ENDED',
    'RECORDING_READY',
    'RECORDING_TRANSCRIPTION_GENERATED',
    'INSTANT_MEETING',
    'INSTANT_MEETING_ACCEPTED',
    'OOO_CREATED',
    'FORM_SUBMITTED',
    'FORM_SUBMITTED_NO_EVENT',
    'ROUTING_FORM_FALLBACK_HIT',
    'AFTER_HOSTS_CAL_VIDEO_NO_SHOW',
    'AFTER_GUESTS_CAL_VIDEO_NO_SHOW',
    'CALENDAR_ENTRY_REJECTED',
    'DELEGATION_CREDENTIAL_ERROR',
    'WRONG_ASSIGNMENT_REPORT',
    'PING',
  ].map((trigger) => ({ trigger, effect: 'other' as const, meaning: NOTHING })),
];

/** The table as it stands in the documentation. */
export function triggerTableMarkdown(): string {
  const rows = TRIGGER_TABLE.map(({ trigger, effect, meaning }) => `| \`${trigger}\` | \`${effect}\` | ${meaning} |`);
  return ['| trigger | effect | what changes |', '| --- | --- | --- |', ...rows].join('\n');
}
