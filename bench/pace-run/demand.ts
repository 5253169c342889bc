import { setTimeout as pause } from 'node:timers/promises';
import { call, type Salon } from './salon';

/** Ten times what the budget allows, spread over all processes. */
const REQUESTS_PER_SECOND = 20;
/** One request of this many is a booking: 12 a minute. No multiple of four, so that every process books. */
const BOOKING_EVERY = 101;
const DAY_MS = 86_400_000;
/** From 9 to 16 o'clock UTC is within working hours in Berlin all year; one start each quarter of an hour. */
const STARTS_A_DAY = 24;

export interface Demand {
  readsAsked: number;
  readsAnswered: number;
  /** 429 by our own service before anything was sent, with the true wait. */
  readsToldToWait: number;
  bookingsAsked: number;
  bookingsMade: number;
  slowestBookingMs: number;
  /** Answers that are neither: there should be none. */
  others: Map<string, number>;
}

/** Asks at a steady rate, whatever the answers are, each process in turn. Ends when the last answer is there. */
export async function drive(services: string[], salon: Salon, seconds: number): Promise<Demand[]> {
  const demands = services.map(newDemand);
  const running: Promise<void>[] = [];
  const begunMs = performance.now();
  for (let turn = 0; turn < seconds * REQUESTS_PER_SECOND; turn += 1) {
    const [service, demand] = [services[turn % services.length]!, demands[turn % services.length]!];
    running.push(
      turn % BOOKING_EVERY === 0 ? book(service, salon, demand, turn / BOOKING_EVERY) : read(service, salon, demand),
    );
    await pause(Math.max(0, begunMs + (turn * 1_000) / REQUESTS_PER_SECOND - performance.now()));
  }
  await Promise.all(running);
  return demands;
}

function newDemand(): Demand {
  return {
    readsAsked: 0,
    readsAnswered: 0,
    readsToldToWait: 0,
    bookingsAsked: 0,
    bookingsMade: 0,
    slowestBookingMs: 0,
    others: new Map(),
  };
}

async function read(service: string, { secretKey, eventTypeId }: Salon, demand: Demand): Promise<void> {
  demand.readsAsked += 1;
  const { status } = await call('GET', `${service}/api/event-types/${eventTypeId}`, { key: secretKey });
  if (status === 200) demand.readsAnswered += 1;
  else if (status === 429) demand.readsToldToWait += 1;
  else note(demand, `read ${status}`);
}

async function book(service: string, { secretKey, eventTypeId }: Salon, demand: Demand, index: number): Promise<void> {
  demand.bookingsAsked += 1;
  const begunMs = performance.now();
  const attendee = { name: 'Jonas Weber', email: 'jonas@customer.example', timeZone: 'Europe/Berlin' };
  const start = startOf(index);
  const { status, body } = await call('POST', `${service}/api/bookings`, {
    key: secretKey,
    body: { eventTypeId, start, attendee },
  });
  demand.slowestBookingMs = Math.max(demand.slowestBookingMs, performance.now() - begunMs);
  if (status === 201) demand.bookingsMade += 1;
  else note(demand, `booking ${status} ${codeOf(body)}`);
}

/** The word for what came instead of a booking; bodies name people. */
function codeOf({ error, status }: Record<string, unknown>): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(status);
}

function note({ others }: Demand, what: string): void {
  others.set(what, (others.get(what) ?? 0) + 1);
}

/** Working days from next week on, each start once. */
function startOf(index: number): string {
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const monday = today + (((8 - new Date(today).getUTCDay()) % 7) + 7) * DAY_MS;
  const day = Math.floor(index / STARTS_A_DAY);
  const atMs = monday + (day + Math.floor(day / 5) * 2) * DAY_MS + (9 * 60 + (index % STARTS_A_DAY) * 15) * 60_000;
  return new Date(atMs).toISOString();
}
