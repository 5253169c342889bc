import { createHash } from 'node:crypto';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { EpochMs } from '../../scheduling/words';

/** Behind the changes that were seen: at this instant, or at a later one, comes what was not seen yet. */
export interface Change {
  sinceMs: EpochMs;
  /** Marks of the bookings seen that changed at this very instant. */
  seen: string[];
}

/** Where a list goes on: after so many bookings, at the server's own cursor, or behind a change. */
export type Place = { skip: number } | { cursor: string } | Change;

/** The last instant that a date can be. */
const INSTANT_MAX_MS = 8_640_000_000_000_000;

/** A place as callers carry it, good for the list with this name only. */
export function written(place: Place, list: string): string {
  return Buffer.from(JSON.stringify({ ...place, of: digest(list) })).toString('base64url');
}

/** @throws SchedulingError `INVALID_REQUEST` for what was not written for the list with this name. */
export function read(text: string, list: string): Place {
  const value = parsed(text);
  if (value.of !== digest(list)) throw strangeCursor();
  const { skip, cursor, sinceMs, seen } = value;
  if (typeof cursor === 'string') return { cursor };
  if (isCount(skip)) return { skip };
  if (isInstant(sinceMs) && isTexts(seen)) return { sinceMs, seen };
  throw strangeCursor();
}

export function strangeCursor(): SchedulingError {
  return new SchedulingError('INVALID_REQUEST', 'a cursor of another list', { reason: 'OTHER' });
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value) && Math.abs(Number(value)) < INSTANT_MAX_MS;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

/** A booking among the few of one instant; its uid could cancel it, and does not belong into a cursor. */
export function markOf(uid: string): string {
  return digest(uid);
}

/** Short: it keeps things apart, and nobody gains anything by a collision. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
