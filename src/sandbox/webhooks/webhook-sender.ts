import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Json } from '../http/errors';
import { Webhook } from '../store/records';
import { Journal } from '../store/journal';
import { Scenario, ScenarioStore } from '../store/scenarios';

/** A subscriber that never answers holds the booking request that long; the real servers have no limit at all. */
const SUBSCRIBER_TIMEOUT_MS = 120_000;
/** A webhook held back by `webhook-out-of-order` goes out after this time when no other one overtakes it. */
const HELD_BACK_MS = 2_000;
const DEFAULT_DELAY_MS = 1_000;

export interface Announcement {
  trigger: string;
  uid: string | null;
  payload: Json;
  /** Key of the host, for scenarios that are limited to one key. */
  ownerKey?: string;
}

interface Parcel {
  webhook: Webhook;
  trigger: string;
  uid: string | null;
  body: string;
  contentType: string;
  signature: string;
}

/** Sends webhooks once, without retry, and keeps a journal of what was sent. */
export class WebhookSender {
  private readonly underway = new Set<Promise<void>>();
  private heldBack: (() => void)[] = [];
  private dropping = new AbortController();

  constructor(
    private readonly journal: Journal,
    private readonly scenarios: ScenarioStore,
    private readonly now: () => number,
  ) {}

  /** Resolves when all subscribers have answered or failed: callers wait, as the real booking request does. */
  async announce(webhooks: Webhook[], announcement: Announcement): Promise<void> {
    await Promise.all(
      webhooks.map(async (webhook) => {
        const scenario = await this.scenarios.takeForWebhook(announcement.trigger, announcement.ownerKey);
        await this.dispatch(this.pack(webhook, announcement), scenario);
      }),
    );
  }

  /** Work that goes on after the answer; `drop` ends it. */
  track(work: Promise<void>): void {
    const settled = work.catch(() => undefined);
    this.underway.add(settled);
    void settled.finally(() => this.underway.delete(settled));
  }

  /** Gives up what is delayed or held back and what a subscriber has not answered, and waits until all that is over. */
  async drop(): Promise<void> {
    this.dropping.abort();
    this.dropping = new AbortController();
    this.heldBack = [];
    await Promise.all(this.underway);
  }

  /** As `drop`, and from then on nothing is sent or waited for. */
  async close(): Promise<void> {
    await this.drop();
    this.dropping.abort();
  }

  private async dispatch(parcel: Parcel, scenario: Scenario | undefined): Promise<void> {
    switch (scenario?.scenario) {
      case 'webhook-lost':
        return this.record(parcel, null, true);
      case 'webhook-duplicated':
        await this.send(parcel, true);
        await this.send(parcel, true);
        return this.releaseHeldBack();
      case 'webhook-delayed':
        return this.track(this.pause(scenario.delayMs ?? DEFAULT_DELAY_MS).then(() => this.send(parcel, false)));
      case 'webhook-out-of-order':
        return this.track(this.overtaken(scenario.delayMs ?? HELD_BACK_MS).then(() => this.send(parcel, false)));
      default:
        await this.send(parcel, true);
        this.releaseHeldBack();
    }
  }

  /** Waits, but not beyond `drop` or `close`. Rejects then. */
  pause(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.dropping.signal });
  }

  private overtaken(ms: number): Promise<void> {
    const next = new Promise<void>((resolve) => this.heldBack.push(resolve));
    return Promise.race([next, this.pause(ms)]);
  }

  private releaseHeldBack(): void {
    const waiting = this.heldBack;
    this.heldBack = [];
    waiting.forEach((release) => release());
  }

  private pack(webhook: Webhook, { trigger, uid, payload }: Announcement): Parcel {
    const envelope = { triggerEvent: trigger, createdAt: new Date(this.now()).toISOString(), payload };
    const body = webhook.payloadTemplate ? render(webhook.payloadTemplate, envelope) : JSON.stringify(envelope);
    const contentType = isJson(body) ? 'application/json' : 'application/x-www-form-urlencoded';
    const signature = webhook.secret
      ? createHmac('sha256', webhook.secret).update(body).digest('hex')
      : 'no-secret-provided';
    return { webhook, trigger, uid, body, contentType, signature };
  }

  private async send(parcel: Parcel, beforeAnswer: boolean): Promise<void> {
    const status = await fetch(parcel.webhook.subscriberUrl, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'Content-Type': parcel.contentType,
        'X-Cal-Signature-256': parcel.signature,
        'X-Cal-Webhook-Version': '2021-10-20',
      },
      body: parcel.body,
      signal: AbortSignal.any([this.dropping.signal, AbortSignal.timeout(SUBSCRIBER_TIMEOUT_MS)]),
    }).then(
      async (answer) => {
        await answer.body?.cancel();
        return answer.status;
      },
      () => null,
    );
    await this.record(parcel, status, beforeAnswer);
  }

  private record(parcel: Parcel, status: number | null, beforeAnswer: boolean): Promise<void> {
    const { webhook, trigger, uid, body, signature } = parcel;
    const entry = { url: webhook.subscriberUrl, trigger, uid, body, signature, status, beforeAnswer };
    return this.journal.recordDelivery(entry, this.now());
  }
}

/** `{{name}}` and `{{path.to.name}}`, looked up in the payload first and then in the envelope. */
function render(template: string, envelope: Json & { payload: Json }): string {
  return template.replaceAll(/\{\{\s*([\w.]+)\s*\}\}/g, (_match, path: string) => {
    const found = lookUp(envelope.payload, path) ?? lookUp(envelope, path) ?? '';
    return typeof found === 'string' ? found : JSON.stringify(found);
  });
}

function lookUp(source: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null ? (value as Json)[name] : undefined),
      source,
    );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
