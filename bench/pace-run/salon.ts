import { randomBytes } from 'node:crypto';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export interface Salon {
  secretKey: string;
  /** The key of its account at the provider. */
  providerKey: string;
  eventTypeId: string;
}

/** One request; an answer that is no JSON has an empty body, and no answer at all the status 0. */
export async function call(
  method: string,
  url: string,
  options: { key?: string; body?: object } = {},
): Promise<Answer> {
  const { key, body } = options;
  const headers = {
    ...(key ? { authorization: `Bearer ${key}` } : {}),
    ...(body ? { 'content-type': 'application/json', 'idempotency-key': randomBytes(12).toString('hex') } : {}),
  };
  try {
    const answer = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const read = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
    return { status: answer.status, body: read };
  } catch {
    return { status: 0, body: {} };
  }
}

/** A company with an account of its own at the sandbox and one event type of a quarter of an hour. */
export async function openSalon(service: string, sandbox: string, adminKey: string): Promise<Salon> {
  const providerKey = `cal_${randomBytes(16).toString('hex')}`;
  const timeZone = 'Europe/Berlin';
  const person = { name: 'Maria', email: 'maria@salon.example', username: 'maria', timeZone };
  await made('POST', `${sandbox}/_sandbox/accounts`, { body: { key: providerKey, ...person } });
  const admin = (method: string, path: string, body: object) =>
    made(method, `${service}/api/companies${path}`, { key: adminKey, body });
  const company = await admin('POST', '', { name: 'Salon', timeZone, locale: 'de-DE', defaultPhoneCountry: 'DE' });
  const own = `/${String(company.id)}`;
  await admin('PUT', `${own}/connections`, { provider: 'calcom-v2', apiKey: providerKey, baseUrl: sandbox });
  const { key } = await admin('POST', `${own}/keys`, { kind: 'secret', name: 'pace run' });
  const type = { title: 'Haircut', slug: 'haircut', lengthMinutes: 15 };
  const { id } = await made('POST', `${service}/api/event-types`, { key: String(key), body: type });
  return { secretKey: String(key), providerKey, eventTypeId: String(id) };
}

async function made(...request: Parameters<typeof call>): Promise<Record<string, unknown>> {
  const { status, body } = await call(...request);
  if (status < 200 || status > 299) throw new Error(`${request[0]} ${request[1]}: ${status} ${JSON.stringify(body)}`);
  return body;
}
