export interface Account {
  key: string;
  username: string;
  name: string;
  email: string;
  timeZone: string;
}

export interface Sending {
  method: string;
  path: string;
  version?: string;
  account?: string;
  body?: unknown;
  rawBody?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: any;
}

export const OWNER: Account = {
  key: 'cal_fidelity_owner',
  username: 'gold-owner',
  name: 'Gold Owner',
  email: 'owner@fidelity.example',
  timeZone: 'Europe/Berlin',
};

export const OTHER: Account = {
  key: 'cal_fidelity_other',
  username: 'gold-other',
  name: 'Gold Other',
  email: 'other@fidelity.example',
  timeZone: 'America/New_York',
};

/** Cal.com's rate limit of so many calls a minute, blocked for a minute when exceeded. */
export const perMinute = (limit: number): Record<string, number> => ({ limit, windowMs: 60_000, blockMs: 60_000 });

/** No recorded set-up comes near this; a limit there must be, because its headers are part of the recording. */
const FAR_AWAY = perMinute(100_000);

/** Talks to the sandbox over HTTP as the two accounts of the recording. */
export class SandboxClient {
  readonly owner = OWNER;
  readonly other = OTHER;

  constructor(readonly url: string) {}

  /** Everything gone but the two accounts with their Monday to Friday hours; neither rate limit nor slot cache. */
  async fresh(settings: Record<string, unknown> = {}): Promise<void> {
    await this.control('POST', '/_sandbox/reset');
    await this.control('PUT', '/_sandbox/settings', { rateLimit: FAR_AWAY, slotsCacheMs: 0, ...settings });
    for (const account of [this.owner, this.other]) await this.control('POST', '/_sandbox/accounts', account);
  }

  async control(method: string, path: string, body?: unknown): Promise<any> {
    const answer = await this.send({ method, path, body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async send(sending: Sending): Promise<Answer> {
    const { method, path, version, account, body, rawBody } = sending;
    const text = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    const headers: Record<string, string> = {
      ...(version ? { 'cal-api-version': version } : {}),
      ...(account ? { authorization: `Bearer ${account}` } : {}),
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...sending.headers,
    };
    const answer = await fetch(this.url + path, { method, headers, body: text });
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: parse(await answer.text()) };
  }

  /** A set-up call that has to succeed; answers its `data`. */
  async ok(sending: Sending): Promise<any> {
    const answer = await this.send({ account: this.owner.key, ...sending });
    if (answer.status >= 300) {
      throw new Error(`${sending.method} ${sending.path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body?.data;
  }

  /** An event type of 30 minutes with one address, as all of the recording; answers its id. */
  async eventType(slug: string, more: Record<string, unknown> = {}): Promise<number> {
    const body = {
      title: `Gold ${slug.replace('gp-', '')}`,
      slug,
      lengthInMinutes: 30,
      locations: [{ type: 'address', address: 'Main St 1', public: true }],
      ...more,
    };
    const created = await this.ok({ method: 'POST', path: '/v2/event-types', version: '2024-06-14', body });
    return created.id as number;
  }

  /** Books as the recording's attendees do, `Gold <name>` with `<name>@gold.example`; answers the booking. */
  async book(eventTypeId: number, start: string, name: string, more: Record<string, unknown> = {}): Promise<any> {
    const attendee = { name: `Gold ${name}`, email: `${name}@gold.example`, timeZone: 'Europe/Berlin' };
    const body = { eventTypeId, start, attendee, ...more };
    return this.ok({ method: 'POST', path: '/v2/bookings', version: '2024-08-13', body });
  }

  /** `action` is the last part of the path: `cancel`, `reschedule`, `confirm`, `decline`. */
  async change(uid: string, action: string, body: Record<string, unknown> = {}): Promise<any> {
    return this.ok({ method: 'POST', path: `/v2/bookings/${uid}/${action}`, version: '2024-08-13', body });
  }
}

function parse(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
