import { createHash } from 'node:crypto';
import { SchedulingError } from '../../scheduling/scheduling-error';
import type { EpochMs } from '../../scheduling/words';

/** Behind the last change that was seen: at this instant, or at a later one, comes what was not seen yet. */
export interface Change {
  sinceMs: EpochMs;
  /** So many bookings, at least, of this instant and before the next were seen. */
  skip: number;
  /** Uid of the last one that was seen. */
  last: string;
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
  const { skip, cursor, sinceMs, last } = value;
  if (typeof cursor === 'string') return { cursor };
  if (!isCount(skip)) throw strangeCursor();
  if (last === undefined) return { skip };
  if (typeof last !== 'string' || !isInstant(sinceMs)) throw strangeCursor();
  return { sinceMs, skip, last };
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

/** Short: it keeps lists apart, and nobody gains anything by a collision. */
function digest(list: string): string {
  return createHash('sha256').update(list).digest('base64url').slice(0, 12);
}
