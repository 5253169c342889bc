import { createHmac, timingSafeEqual } from 'node:crypto';
import { WebhookEffect, WebhookNotice, WebhookReader } from '../../scheduling/webhook-reader';
import { splitMetadata, statusOf } from './mapper';
import { isRecord } from './wire';

const SIGNATURE_HEADER = 'x-cal-signature-256';

/**
 * Confirmation sends BOOKING_CREATED again with the same uid; nothing is called BOOKING_CONFIRMED. A trigger that is not
 * here concerns a booking when the body names one.
 */
const EFFECTS: Record<string, WebhookEffect> = {
  BOOKING_CREATED: 'created',
  BOOKING_REQUESTED: 'requested',
  BOOKING_RESCHEDULED: 'rescheduled',
  BOOKING_CANCELLED: 'cancelled',
  BOOKING_REJECTED: 'rejected',
  RECORDING_READY: 'other',
  RECORDING_TRANSCRIPTION_GENERATED: 'other',
  OOO_CREATED: 'other',
  FORM_SUBMITTED: 'other',
  FORM_SUBMITTED_NO_EVENT: 'other',
  ROUTING_FORM_FALLBACK_HIT: 'other',
  WRONG_ASSIGNMENT_REPORT: 'other',
  DELEGATION_CREDENTIAL_ERROR: 'other',
  PING: 'other',
};

/** Cal.com sends none of these; relays and other builds of it do. */
const EVENT_TYPE_TRIGGER = /^EVENT_TYPE[._](CREATED|UPDATED|DELETED)$/;
const CREDENTIAL_TRIGGER = /^DELEGATION_CREDENTIAL_/;
/** Cal.com's have 22 to 36 letters and digits. What cannot stand in a path or a column is not asked for. */
const UID = /^(?!\.+$)[\w.~-]{1,100}$/;
/** How Cal.com begins the reason of a booking that its host has asked to move; newer releases also set a flag. */
const RESCHEDULE_REQUEST = /^Please reschedule\b/;

type Fields = Record<string, unknown>;

/** Webhooks of Cal.com: `X-Cal-Signature-256` is the HMAC-SHA256 of the raw body in bare lower-case hex. */
export class CalcomWebhookReader implements WebhookReader {
  isGenuine(rawBody: Buffer, headers: Record<string, string | string[] | undefined>, secrets: string[]): boolean {
    const signature = signatureIn(headers);
    if (!signature) return false;
    // Every secret is tried, so that the time taken does not tell which one fitted.
    const matches = secrets
      .filter((secret) => secret !== '')
      .map((secret) => timingSafeEqual(createHmac('sha256', secret).update(rawBody).digest(), signature));
    return matches.includes(true);
  }

  parse(rawBody: Buffer): WebhookNotice {
    const body = bodyOf(rawBody);
    const trigger = textOf(body.triggerEvent) ?? 'UNKNOWN';
    // MEETING_STARTED and MEETING_ENDED are flat: the booking's row lies beside the trigger. So are most templates.
    const payload = isRecord(body.payload) ? body.payload : body;
    const effect = effectOf(trigger, payload);
    const metadata = splitMetadata(isRecord(payload.metadata) ? payload.metadata : {});
    return {
      trigger: trigger.slice(0, 100),
      effect,
      ...identity(payload, effect),
      ...times(payload),
      ...description(payload),
      metadata: metadata.metadata,
      ...(metadata.ref ? { ref: metadata.ref } : {}),
      ...present('createdAtMs', instantOf(body.createdAt)),
    };
  }
}

/** The signature's 32 bytes; undefined unless exactly one header value carries exactly 64 hex digits. */
function signatureIn(headers: Record<string, string | string[] | undefined>): Buffer | undefined {
  const values = Object.entries(headers)
    .filter(([name]) => name.toLowerCase() === SIGNATURE_HEADER)
    .flatMap(([, value]) => value ?? []);
  const [only, another] = values;
  if (only === undefined || another !== undefined) return undefined;
  // Cal.com sends bare hex; receivers built from older guides expect the prefix, and some relays add it.
  const hex = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(only)?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

/** JSON, or a form (what a template that is not JSON is sent as); anything else has no fields. */
function bodyOf(rawBody: Buffer): Fields {
  const text = rawBody.toString('utf8');
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : {};
  } catch {
    return formFields(text);
  }
}

function formFields(text: string): Fields {
  const fields: Fields = Object.fromEntries(new URLSearchParams(text));
  if (typeof fields.payload !== 'string') return fields;
  try {
    return { ...fields, payload: JSON.parse(fields.payload) as unknown };
  } catch {
    return fields;
  }
}

function effectOf(trigger: string, payload: Fields): WebhookEffect {
  if (trigger === 'BOOKING_CANCELLED' && asksToReschedule(payload)) return 'reschedule-requested';
  const known = Object.hasOwn(EFFECTS, trigger) ? EFFECTS[trigger] : undefined;
  if (known) return known;
  if (EVENT_TYPE_TRIGGER.test(trigger)) return 'event-types';
  return uidIn(payload) === undefined || CREDENTIAL_TRIGGER.test(trigger) ? 'other' : 'changed';
}

function asksToReschedule({ requestReschedule, cancellationReason }: Fields): boolean {
  return requestReschedule === true || RESCHEDULE_REQUEST.test(textOf(cancellationReason) ?? '');
}

/** The third spelling is that of templates, whose names are their author's. */
function uidIn(payload: Fields): string | undefined {
  return uidOf(payload.uid) ?? uidOf(payload.bookingUid) ?? uidOf(payload.booking_uid);
}

function identity(payload: Fields, effect: WebhookEffect): Partial<WebhookNotice> {
  const previous = effect === 'rescheduled' ? uidOf(payload.rescheduleUid) : undefined;
  // A status beside other news would pass for the news: nobody would look what else has changed.
  const status = effect === 'changed' ? undefined : statusOf(payload.status);
  return {
    ...present('uid', uidIn(payload)),
    ...present('previousUid', previous),
    ...present('bookingId', idOf(payload.bookingId ?? payload.id)),
    ...present('eventTypeId', idOf(payload.eventTypeId)),
    ...present('status', status),
  };
}

function times(payload: Fields): Partial<WebhookNotice> {
  return {
    ...present('startMs', instantOf(payload.startTime)),
    ...present('endMs', instantOf(payload.endTime)),
  };
}

function description(payload: Fields): Partial<WebhookNotice> {
  return {
    ...present('title', textOf(payload.title)),
    ...present('location', textOf(payload.location)),
    ...present('reason', textOf(payload.cancellationReason) ?? textOf(payload.rejectionReason)),
    ...present('attendee', attendeeOf(payload.attendees)),
  };
}

function attendeeOf(attendees: unknown): WebhookNotice['attendee'] {
  const first: unknown = Array.isArray(attendees) ? attendees[0] : undefined;
  if (!isRecord(first)) return undefined;
  const name = textOf(first.name);
  const timeZone = textOf(first.timeZone);
  if (name === undefined || timeZone === undefined) return undefined;
  const language = isRecord(first.language) ? textOf(first.language.locale) : textOf(first.locale);
  return {
    name,
    timeZone,
    ...present('email', textOf(first.email)),
    ...present('phoneNumber', textOf(first.phoneNumber)),
    ...present('language', language),
  };
}

function present<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, T>);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function uidOf(value: unknown): string | undefined {
  return typeof value === 'string' && UID.test(value) ? value : undefined;
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;
}

function instantOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
