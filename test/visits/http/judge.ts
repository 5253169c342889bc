import type { Asked, HttpLife } from './life';
import type { Held, Room } from './room';

/** What there is in the end, as the provider and the API tell it. */
export interface Found {
  visits: any[];
  held: Held[];
}

export async function foundIn(room: Room): Promise<Found> {
  return { visits: await room.visits(), held: await room.held() };
}

/**
 * What must be so in the end, told by nothing but what was asked for, what was answered, and what the hosts did: it
 * knows of no saga and of no webhook.
 */
export function violationsOf(life: HttpLife, { visits, held }: Found): string[] {
  const found = { visits, held: held.filter((each) => !isTwin(life, each, { visits, held })) };
  const visitors = [0, 1];
  const emails = visitors.map((visitor) => life.room.email(visitor));
  return [
    ...life.violations,
    ...life.asked
      .filter(({ outcome }) => outcome === 'open')
      .map(({ does, codes }) => `${does} is open: ${codes.at(-1)}`),
    ...found.held.filter(({ email }) => !emails.includes(email)).map(({ uid }) => `${uid} is nobody's`),
    ...unexpected(life, found),
    ...visitors.flatMap((visitor) => ofVisitor(life, found, visitor).map((what) => `visitor ${visitor}: ${what}`)),
  ];
}

/**
 * Two who move one booking at the same moment both succeed at the provider, and then there are two of it. Where one of
 * the two was its host, nobody here can prevent that; the one that the API does not tell of is left out.
 */
function isTwin({ room, touched }: HttpLife, each: Held, { visits, held }: Found): boolean {
  const visitor = [0, 1].find((one) => room.email(one) === each.email);
  if (!touched.has(`${visitor} ${each.segment}`) || !isSplit(each, held)) return false;
  const own = visits.filter(({ customer }) => customer?.email === each.email);
  return !own.some(({ segments }) => Date.parse(segments[each.segment].start) === each.startMs);
}

function isSplit({ uid, fromUid }: Held, held: Held[]): boolean {
  if (fromUid === undefined) return false;
  const former = held.find((other) => other.uid === fromUid);
  const hasSibling = held.some((other) => other.uid !== uid && other.fromUid === fromUid);
  return hasSibling || (former !== undefined && isSplit(former, held));
}

const doneOf = ({ asked }: HttpLife, visitor: number, does: Asked['does'][]): Asked[] =>
  asked.filter((each) => each.visitor === visitor && each.outcome === 'done' && does.includes(each.does));

/** A visit that nobody was told of has come to nothing. */
function unexpected(life: HttpLife, { visits }: Found): string[] {
  const told = life.asked
    .filter(({ does, outcome }) => does === 'book' && outcome === 'done')
    .map(({ answer }) => answer.id);
  const others = visits.filter(({ id, status }) => !told.includes(id) && status !== 'compensated');
  return others.map(({ id, status }) => `${id} is ${status}, and was never booked`);
}

function ofVisitor(life: HttpLife, { visits, held }: Found, visitor: number): string[] {
  const own = held.filter(({ email }) => email === life.room.email(visitor));
  const leftBehind = own.filter(({ isLive }) => isLive).map(({ uid }) => `${uid} is left behind`);
  const orphans = life.resolved.has(visitor) ? [] : leftBehind;
  const [booked] = doneOf(life, visitor, ['book']);
  if (!booked) return orphans;
  const visit = visits.find(({ id }) => id === booked.answer.id);
  if (!visit) return ['was told of a visit that is not there'];
  if (doneOf(life, visitor, ['cancel']).length > 0) {
    return [...(visit.status === 'cancelled' ? [] : [`was cancelled, and is ${visit.status}`]), ...orphans];
  }
  return [...agreement(life, visitor, visit), ...standing(life, visitor, visit, own)];
}

const agreedStart = ({ start, agreed }: any): number => Date.parse(agreed?.start ?? start);
const agreedOf = ({ segments }: any): string =>
  JSON.stringify(segments.map((segment: any) => [agreedStart(segment), segment.staff.id]));

/** Each answer says what was asked for, and the last of them is what is agreed on. */
function agreement(life: HttpLife, visitor: number, visit: any): string[] {
  const done = doneOf(life, visitor, ['book', 'move']);
  const untrue = done.flatMap(({ does, choice, answer }) => {
    const [first] = answer.segments;
    const staff = choice.staff?.map(({ staffId }) => staffId).join();
    const isBy = staff === undefined || staff === answer.segments.map((segment: any) => segment.staff.id).join();
    const isAsAsked = isBy && agreedStart(first) === Date.parse(choice.start!);
    return isAsAsked ? [] : [`${does} of ${JSON.stringify(choice)} was answered ${JSON.stringify(answer.segments)}`];
  });
  // Of two that were under way together nobody can tell which one was later.
  const last = done.filter((asked) => !done.some((other) => other.first > asked.last));
  const agreed = agreedOf(visit);
  const isLast = last.some(({ answer }) => agreedOf(answer) === agreed);
  return [...untrue, ...(isLast ? [] : [`${agreed} is not what was agreed on last`])];
}

type Place = 'as agreed' | 'elsewhere' | 'gone';

/** Each segment is there once, as agreed on or as its host wanted it, and the visit says so. */
function standing(life: HttpLife, visitor: number, visit: any, own: Held[]): string[] {
  const places: Place[] = [];
  const wrong = visit.segments.flatMap((segment: any, index: number): string[] => {
    const live = own.filter((each) => each.isLive && each.segment === index);
    const place = placeOf(segment, live[0]);
    places.push(place);
    const isHosts = life.touched.has(`${visitor} ${index}`) || life.resolved.has(visitor);
    return [
      ...(live.length > 1 ? [`${segment.name} is there ${live.length} times`] : []),
      ...(place === 'as agreed' || isHosts ? [] : [`${segment.name} is ${place}, by nobody's will`]),
      ...misrecorded(segment, live[0]),
    ];
  });
  const expected = statusOf(places);
  return [...wrong, ...(visit.status === expected ? [] : [`is ${visit.status}, and should be ${expected}`])];
}

function placeOf(segment: any, live: Held | undefined): Place {
  if (!live) return 'gone';
  return live.startMs === agreedStart(segment) && !live.isPending ? 'as agreed' : 'elsewhere';
}

function statusOf(places: Place[]): 'confirmed' | 'cancelled' | 'disrupted' {
  if (places.every((place) => place === 'as agreed')) return 'confirmed';
  return places.every((place) => place === 'gone') ? 'cancelled' : 'disrupted';
}

function misrecorded({ name, status, start, end }: any, live: Held | undefined): string[] {
  const isRight = live
    ? status === (live.isPending ? 'awaiting_confirmation' : 'confirmed') &&
      Date.parse(start) === live.startMs &&
      Date.parse(end) === live.endMs
    : status !== 'confirmed';
  return isRight ? [] : [`${name} is said to be ${status} at ${start}, not ${JSON.stringify(live)}`];
}
