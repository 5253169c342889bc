import { Sandbox } from '../sandbox';
import { Account } from '../store/records';
import { Json } from './errors';

/** One request after routing, throttling and authentication. */
export interface Call {
  sandbox: Sandbox;
  operation: string;
  params: Record<string, string>;
  query: Record<string, string | string[]>;
  body: unknown;
  /** Owner of the key; absent when a public endpoint is called without one. */
  account?: Account;
  /** Awaited between check and write of a booking: calls that come together must all have checked by then. */
  pause: () => Promise<void>;
}

export interface Reply {
  status: number;
  body: Json;
}

export type Handler = (call: Call) => Promise<Reply>;

/**
 * - `required`: 401 without a key; `permissions`: 403 without a key (another guard asks first);
 * - `public`: works without a key, but a wrong key is refused all the same.
 */
export type Access = 'required' | 'permissions' | 'public';

export interface Route {
  operation: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  access: Access;
  /** `any`: the version header does not matter. */
  family: 'any' | 'slots' | 'bookings' | 'event-types' | 'schedules' | 'slots-old';
  handler: Handler;
  /** Answers older and unknown versions; without it they are 404. */
  older?: Handler;
  /** Answers 2026-05-01 where the server is the hosted one. */
  byCursor?: Handler;
}

export const success = (data: unknown, status = 200, more: Json = {}): Reply => ({
  status,
  body: { status: 'success', data, ...more },
});

/** The key's owner on routes that require one. */
export function caller(call: Call): Account {
  if (!call.account) throw new Error(`${call.operation} was routed without an account`);
  return call.account;
}
