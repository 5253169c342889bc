import type { AgreedSegment } from '../../src/features/composite-bookings/visit';
import { emailOf, type Asked, type Life } from './life';
import { type Held, isLive } from './provider';

/**
 * What must be so in the end, told by nothing but what was asked for, what was answered, and what the hosts did: it
 * knows of no saga, no transition and no webhook.
 */
export function violationsOf(life: Life): string[] {
  const { tables, errors } = life.service;
  return [
    ...life.violations,
    ...errors.map((error) => `logged ${error instanceof Error ? error.stack : String(error)}`),
    ...life.asked
      .filter(({ outcome }) => outcome === 'open')
      .map(({ key, codes }) => `${key} is open: ${codes.at(-1)}`),
    ...[...tables.sagas.values()]
      .filter(({ state }) => !['confirmed', 'compensated'].includes(state.status))
      .map(({ kind, state }) => `a ${kind} is ${JSON.stringify(state)}`),
    ...tables.claims.map(({ host }) => `${host} is still claimed`),
    ...[0, 1].flatMap((visitor) => ofVisitor(life, visitor).map((what) => `visitor ${visitor}: ${what}`)),
  ];
}

function ofVisitor(life: Life, visitor: number): string[] {
  const own = life.asked.filter((asked) => asked.visitor === visitor);
  const visit = life.service.tables.visits.get(life.visitIdOf(visitor) ?? '');
  const live = bookingsOf(life, visitor).filter(isLive);
  const isDone = (does: Asked['does']): boolean => own.some((asked) => asked.does === does && asked.outcome === 'done');
  if (!isDone('book')) {
    const isNothing = visit === undefined || visit.status === 'compensated';
    return [...(isNothing ? [] : [`is ${visit.status}, and was never booked`]), ...orphans(life, visitor, live)];
  }
  if (!visit) return ['was told of a visit that is not there'];
  if (own.some((asked) => isCancelled(life, asked))) {
    return [
      ...(visit.status === 'cancelled' ? [] : [`was cancelled, and is ${visit.status}`]),
      ...orphans(life, visitor, live),
    ];
  }
  return [...agreement(life, visitor, own), ...standing(life, visitor), ...news(life, visitor)];
}

/** A cancellation holds until a host brings back what was cancelled; of one at that very moment nobody knows. */
function isCancelled({ revivedAtMs }: Life, { does, outcome, visitor, doneAtMs }: Asked): boolean {
  return does === 'cancel' && outcome === 'done' && doneAtMs! > (revivedAtMs.get(visitor) ?? -1);
}

function orphans(life: Life, visitor: number, live: Held[]): string[] {
  if (life.resolved.has(visitor)) return [];
  return live.map(({ uid, startMs }) => `${uid} at ${startMs} is left behind`);
}

/** It is agreed on as the last request said that was done. */
function agreement(life: Life, visitor: number, own: Asked[]): string[] {
  const { segments } = life.service.tables.visits.get(life.visitIdOf(visitor)!)!;
  const done = own.filter(({ does, outcome }) => outcome === 'done' && (does === 'book' || does === 'move'));
  // Of two that were under way together nobody can tell which one was later.
  const last = done.filter((asked) => !done.some((other) => other.first > asked.last));
  const agreed = JSON.stringify(segments.map(({ startMs, staffId }) => [startMs, staffId]));
  const isAsked = last.some(({ slot, cast }) => {
    return JSON.stringify(life.salon.parts(slot, cast).map(({ startMs, staffId }) => [startMs, staffId])) === agreed;
  });
  return isAsked ? [] : [`${agreed} is not what was agreed on last`];
}

type Place = 'as agreed' | 'elsewhere' | 'gone';

/** Each segment is there once, as agreed on or as its host wanted it, and the visit says so. */
function standing(life: Life, visitor: number): string[] {
  const { segments, status } = life.service.tables.visits.get(life.visitIdOf(visitor)!)!;
  const all = bookingsOf(life, visitor);
  const bySegment = segments.map((agreed, index) => {
    const own = all.filter((each) => life.salon.types.get(each.eventTypeId)!.segment === index);
    return { agreed, own, live: own.filter(isLive), place: placeOf(agreed, own.find(isLive)) };
  });
  const wrong = bySegment.flatMap(({ agreed, own, live, place }) => {
    const isHosts = own.some(({ by }) => by === 'host') || life.resolved.has(visitor);
    // Of a cancelled visit hosts bring back what they want.
    const isLeftGone = place === 'gone' && life.revivedAtMs.has(visitor);
    return [
      ...(live.length > 1 ? [`${agreed.name} is there ${live.length} times`] : []),
      ...(place === 'as agreed' || isHosts || isLeftGone ? [] : [`${agreed.name} is ${place}, by nobody's will`]),
      ...misrecorded(life, agreed, live[0]),
    ];
  });
  const expected = statusOf(bySegment.map(({ place }) => place));
  return [...wrong, ...(status === expected ? [] : [`is ${status}, and should be ${expected}`])];
}

function placeOf(agreed: AgreedSegment, live: Held | undefined): Place {
  if (!live) return 'gone';
  const { startMs, eventTypeId, status } = live;
  const isAsAgreed = startMs === agreed.startMs && eventTypeId === agreed.eventTypeId && status === 'accepted';
  return isAsAgreed ? 'as agreed' : 'elsewhere';
}

function statusOf(places: Place[]): 'confirmed' | 'cancelled' | 'disrupted' {
  if (places.every((place) => place === 'as agreed')) return 'confirmed';
  return places.every((place) => place === 'gone') ? 'cancelled' : 'disrupted';
}

function misrecorded({ service }: Life, { name, bookingId }: AgreedSegment, live: Held | undefined): string[] {
  const known = service.tables.appointments.get(bookingId);
  const isRight = live
    ? known?.uid === live.uid && known.startsAt.getTime() === live.startMs
    : known?.status !== 'confirmed';
  return isRight ? [] : [`${name} is said to be ${known?.status} with ${known?.uid}, not ${live?.uid}`];
}

/** Whoever listens knows in the end what the visit is. */
function news(life: Life, visitor: number): string[] {
  const id = life.visitIdOf(visitor)!;
  const { status } = life.service.tables.visits.get(id)!;
  const told = life.service.tables.news.filter(({ subject }) => subject === id).at(-1);
  return told?.status === status ? [] : [`endpoints were last told ${told?.type}, and it is ${status}`];
}

function bookingsOf(life: Life, visitor: number): Held[] {
  return [...life.service.provider.bookings.values()].filter(({ email }) => email === emailOf(visitor));
}
