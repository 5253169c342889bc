import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { call, openSalon } from '../pace-run/salon';

const DAY_MS = 86_400_000;
const QUARTER_MS = 15 * 60_000;
/** From 9 to 15 o'clock UTC is within working hours in Berlin all year; one start each quarter of an hour. */
const STARTS_A_DAY = 24;

/** The same booking in two ways: at the provider itself, and through the service. Each time another start and guest. */
export interface Desk {
  direct: () => Promise<void>;
  through: () => Promise<void>;
  /** How late the provider answers a booking; its effect is as late. */
  delay(ms: number): Promise<void>;
  close(): void;
}

export async function openDesk(service: string, sandbox: string, adminKey: string): Promise<Desk> {
  await control(sandbox, 'PUT', '/settings', { rateLimit: null });
  const salon = await openSalon(service, sandbox, adminKey);
  const type = await call('GET', `${service}/api/event-types/${salon.eventTypeId}`, { key: salon.secretKey });
  const providerTypeId = Number(type.body.providerId);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const starts = freeStarts();
  return {
    direct: () => {
      const metadata = { slotbridgeRef: randomBytes(16).toString('hex'), slotbridgeDeployment: 'bench' };
      const body = { eventTypeId: providerTypeId, start: starts.next().value, attendee: attendee(), metadata };
      return post(`${sandbox}/v2/bookings`, salon.providerKey, { 'cal-api-version': '2024-08-13' }, body, agent);
    },
    through: () => {
      const headers = { 'idempotency-key': randomBytes(12).toString('hex') };
      const body = { eventTypeId: salon.eventTypeId, start: starts.next().value, attendee: attendee() };
      return post(`${service}/api/bookings`, salon.secretKey, headers, body, agent);
    },
    delay: async (delayMs) => {
      await control(sandbox, 'DELETE', '/scenarios');
      if (delayMs === 0) return;
      const slow = { scenario: 'slow', operation: 'bookings.create', delayMs, times: 1_000 };
      await control(sandbox, 'POST', '/scenarios', slow);
    },
    close: () => agent.destroy(),
  };
}

/** Working days from the day after tomorrow on, so that no notice is in the way. */
function* freeStarts(): Generator<string, never> {
  for (let day = Math.floor(Date.now() / DAY_MS) + 2; ; day++) {
    const midnightMs = day * DAY_MS;
    if ([0, 6].includes(new Date(midnightMs).getUTCDay())) continue;
    for (let quarter = 0; quarter < STARTS_A_DAY; quarter++) {
      yield new Date(midnightMs + 9 * 3_600_000 + quarter * QUARTER_MS).toISOString();
    }
  }
}

/** Somebody new each time: a customer has to be made. */
export function attendee(): object {
  const email = `guest-${randomBytes(6).toString('hex')}@customer.example`;
  return { name: 'Jonas Weber', email, timeZone: 'Europe/Berlin' };
}

export async function control(sandbox: string, method: string, path: string, body?: object): Promise<void> {
  const { status } = await call(method, `${sandbox}/_sandbox${path}`, body ? { body } : {});
  if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status}`);
}

/** A booking on a kept connection, its answer read to the end. */
export function post(
  url: string,
  key: string,
  extra: Record<string, string>,
  body: object,
  agent: Agent,
): Promise<void> {
  const text = JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...extra,
  };
  return new Promise((resolve, reject) => {
    const asking = request(url, { method: 'POST', agent, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('end', () => {
        const answer = Buffer.concat(pieces).toString();
        if (response.statusCode !== 201) return reject(new Error(`POST ${url}: ${response.statusCode} ${answer}`));
        JSON.parse(answer);
        resolve();
      });
    });
    asking.once('error', reject).end(text);
  });
}
