import type { WebhookEffect } from '../../scheduling/webhook-reader';

export interface TriggerRow {
  trigger: string;
  effect: WebhookEffect;
  /** What the delivery does to the appointment, for `docs/webhooks.md`. */
  meaning: string;
  /** Fields of the payload that tell this row from another one of the same trigger. */
  sign: Record<string, string>;
}

const EVENT_TYPES = "the connection's event types are read anew";
const READ = 'the booking is read, and the appointment becomes what it is now';
const NOTHING = 'stored, nothing changes';

/**
 * Every trigger that Cal.com is known to send, or senders like it, and what it does here: the source of the table in
 * `docs/webhooks.md`. Deciding is the provider's room alone; a test holds this table against it.
 */
export const TRIGGER_TABLE: readonly TriggerRow[] = [
  row('BOOKING_CREATED', 'created', 'the appointment is `confirmed`; also sent after a confirmation'),
  row('BOOKING_REQUESTED', 'requested', 'the appointment is `awaiting_confirmation`'),
  row('BOOKING_RESCHEDULED', 'rescheduled', 'the same appointment gets the new time; both uids lead to it'),
  row('BOOKING_CANCELLED', 'cancelled', 'the appointment is `cancelled`, with the reason'),
  row(
    'BOOKING_CANCELLED',
    'reschedule-requested',
    'the same, when the host asked for another time; the delivery says so',
    { cancellationReason: 'Please reschedule. ...' },
  ),
  row('BOOKING_REJECTED', 'rejected', 'the appointment is `rejected`, with the reason'),
  row('BOOKING_PAYMENT_INITIATED', 'changed', READ),
  row('BOOKING_PAID', 'changed', READ),
  row('BOOKING_NO_SHOW_UPDATED', 'changed', READ),
  row('BOOKING_LOCATION_UPDATED', 'changed', READ),
  row('BOOKING_REASSIGNED', 'changed', READ),
  row('MEETING_STARTED', 'changed', READ),
  row('MEETING_ENDED', 'changed', READ),
  row('INSTANT_MEETING', 'changed', READ),
  row('INSTANT_MEETING_ACCEPTED', 'changed', READ),
  row('AFTER_HOSTS_CAL_VIDEO_NO_SHOW', 'changed', READ),
  row('AFTER_GUESTS_CAL_VIDEO_NO_SHOW', 'changed', READ),
  row('CALENDAR_ENTRY_REJECTED', 'changed', READ),
  row('EVENT_TYPE.CREATED', 'event-types', EVENT_TYPES),
  row('EVENT_TYPE.UPDATED', 'event-types', EVENT_TYPES),
  row('EVENT_TYPE.DELETED', 'event-types', EVENT_TYPES),
  row('RECORDING_READY', 'other', NOTHING),
  row('RECORDING_TRANSCRIPTION_GENERATED', 'other', NOTHING),
  row('OOO_CREATED', 'other', NOTHING),
  row('FORM_SUBMITTED', 'other', NOTHING),
  row('FORM_SUBMITTED_NO_EVENT', 'other', NOTHING),
  row('ROUTING_FORM_FALLBACK_HIT', 'other', NOTHING),
  row('WRONG_ASSIGNMENT_REPORT', 'other', NOTHING),
  row('DELEGATION_CREDENTIAL_ERROR', 'other', NOTHING),
  row('DELEGATION_CREDENTIAL_SECRET_*', 'other', NOTHING),
  row('PING', 'other', NOTHING),
];

function row(trigger: string, effect: WebhookEffect, meaning: string, sign: Record<string, string> = {}): TriggerRow {
  return { trigger, effect, meaning, sign };
}

/** The table as it stands in the documentation. */
export function triggerTableMarkdown(): string {
  const rows = TRIGGER_TABLE.map(({ trigger, effect, meaning, sign }) => {
    const signs = Object.entries(sign).map(([field, value]) => ` with \`${field}\` "${value}"`);
    return `| \`${trigger}\`${signs.join('')} | \`${effect}\` | ${meaning} |`;
  });
  return ['| trigger | effect | what changes |', '| --- | --- | --- |', ...rows].join('\n');
}
