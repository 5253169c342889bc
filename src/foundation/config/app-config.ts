import type { PaceBudget } from '../pacing/pace-log';

/** The service's settings after checking; every name of the environment is in `environment-variables.ts`. */
export interface AppConfig {
  /** `demo`: embedded Postgres, sandbox and demo company exist. Never in production, never with a database of one's own. */
  mode: 'demo' | 'service';
  production: boolean;
  port: number;
  host: string;
  databaseUrl: string;
  logLevel: LogLevel;
  /** Keys that open stored secrets, by id; the first one seals new ones. 32 bytes each. */
  encryptionKeys: EncryptionKey[];
  adminApiKey: string | undefined;
  /** Written into every booking's metadata: whose booking it is. */
  deploymentId: string;
  /** Where the outside world reaches this service; webhooks are registered at the provider with it. */
  publicUrl: string | undefined;
  /** Company served to callers of the compatibility routes that bring no key. */
  compatDefaultCompany: string | undefined;
  /** The provider's number of the event type that compatibility routes use when the caller names none. */
  compatDefaultEventTypeId: string | undefined;
  /** False: providers are reached at public https addresses only, wherever a connection or the environment points. */
  allowPrivateProviderHosts: boolean;
  /** Proxies that are believed about the caller's address. */
  trustedProxies: string[];
  quotas: { secretPerMinute: number; publishablePerMinute: number };
  bookings: BookingConfig;
  calcom: CalcomConfig;
}

export interface BookingConfig {
  /** From a request: then nothing of it is begun any more, and what is not to be seen is given up. */
  deadlineMs: number;
  /** The longest time after sending in which a request may still take effect; an assumption on the safe side. */
  settleMs: number;
  /** Which segment of a visit is booked first. */
  visitOrder: VisitOrder;
}

export const VISIT_ORDERS = ['last-first', 'hardest-first'] as const;
export type VisitOrder = (typeof VISIT_ORDERS)[number];

export interface CalcomConfig {
  /** Used for companies that brought no key of their own. */
  apiKey: string | undefined;
  /** `cal-api-version` of the bookings family only; the other families keep their own. */
  bookingsApiVersion: string;
  /** Signs webhooks to the default address `/api/webhooks/calcom`. */
  webhookSecret: string | undefined;
  baseUrl: string;
  /** Upper limit of every provider call. */
  timeoutMs: number;
  /** Repeats of a failed read; writes are never repeated blindly. */
  retryAttempts: number;
  /** Calls that one credential may make in any window, by all replicas together. */
  pace: PaceBudget;
  debug: boolean;
}

export interface EncryptionKey {
  id: string;
  key: Buffer;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
