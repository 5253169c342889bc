import type { OurBooking, OurVisit, ProviderBooking, Takeover } from './evidence';
import { saysNo, saysYes, type Told, type Wish } from './journal';
import type { Salon } from './salon';
import type { Sold } from './sold';
import { tooSlow } from './takeovers';
import { differenceOf, isDoubled, isWhereItMayBe, isWhole } from './visit-verdict';

/** May be so for a while: where a change was cut short and its webhook was lost, synchronisation has to find it. */
export const DRIFT = 'our record says otherwise than the provider';

/** What may never be, by name, with every case of it. */
export type Violations = Map<string, string[]>;

export const RULES = [
  'two active bookings for one key',
  'part of a visit',
  'a segment of a visit twice',
  'two active bookings of one host at one time',
  'active at the provider and unknown here',
  'told 201, not active at the provider',
  'told that it is not booked, and active',
  'told cancelled, and active',
  'active at another time than told',
  DRIFT,
  'another answer for the same key',
  'told 201 and a final no for the same key',
  'told of a success that is none',
  'acknowledged webhook without its effect once',
  'left over or stuck',
  'process ended by itself',
  'takeovers too slow',
] as const;
type Rule = (typeof RULES)[number];

export interface Evidence {
  salons: Salon[];
  wishes: Wish[];
  provider: ProviderBooking[];
  ours: OurBooking[];
  visits: OurVisit[];
  acknowledged: Iterable<string>;
  deliveries: Map<string, string[]>;
  leftOver: string[];
  byItself: string[];
  takeovers: Takeover[];
}

type Note = (rule: Rule, what: string) => void;

export function judge(evidence: Evidence): Violations {
  const found: Violations = new Map(RULES.map((rule) => [rule, []]));
  const note: Note = (rule, what) => void found.get(rule)!.push(what);
  const active = evidence.provider.filter(({ isActive }) => isActive);
  const byEmail = Map.groupBy(active, ({ email }) => email);
  for (const wish of evidence.wishes) {
    const own = byEmail.get(wish.email) ?? [];
    judgeWish(wish, own, evidence.salons[wish.salon]!, note);
  }
  judgeRecords(active, evidence, note);
  judgeVisitRecords(evidence, byEmail, note);
  judgeHosts(active, note);
  judgeWebhooks(evidence, note);
  for (const what of evidence.leftOver) note('left over or stuck', what);
  for (const what of evidence.byItself) note('process ended by itself', what);
  for (const what of tooSlow(evidence.takeovers)) note('takeovers too slow', what);
  return found;
}

/** What must be so of one key: `isThere` says that the booking, or all of the visit, is active at the provider. */
const TOLD: readonly [Rule, (wish: Wish, active: ProviderBooking[], salon: Salon) => boolean][] = [
  [
    'told 201, not active at the provider',
    (wish, active, salon) => wish.expected === 'active' && !isThere(wish, active, salon),
  ],
  ['told cancelled, and active', ({ expected }, active) => expected === 'cancelled' && active.length > 0],
  [
    'told that it is not booked, and active',
    (wish, active) => wish.expected === 'nothing' && active.length > 0 && isBinding(wish),
  ],
  [
    'active at another time than told',
    (wish, active, salon) =>
      wish.expected === 'active' && isThere(wish, active, salon) && !isInPlace(wish, active, salon),
  ],
  ['another answer for the same key', ({ told }) => new Set(told.flatMap(bookedId)).size > 1],
  ['told 201 and a final no for the same key', ({ told }) => told.some(saysYes) && told.some(isFinalNo)],
  ['told of a success that is none', ({ told }) => told.some(isHollow)],
];

function isThere({ sold }: Wish, active: ProviderBooking[], salon: Salon): boolean {
  return sold ? isWhole(sold, salon, active) : active.length > 0;
}

function isInPlace(wish: Wish, active: ProviderBooking[], salon: Salon): boolean {
  if (wish.sold) return isWhereItMayBe(wish, salon, active);
  return wish.startMs === undefined || active[0]!.startMs === wish.startMs;
}

function judgeWish(wish: Wish, active: ProviderBooking[], salon: Salon, note: Note): void {
  const about = `${describe(wish)}; at the provider: ${active.map(({ text }) => text).join(' | ') || '-'}`;
  if (wish.sold) judgeVisit(wish.sold, active, salon, (rule) => note(rule, about));
  else if (active.length > 1) note('two active bookings for one key', about);
  for (const [rule, isBroken] of TOLD) if (isBroken(wish, active, salon)) note(rule, about);
}

/** Whatever anybody was told. */
function judgeVisit(sold: Sold, active: ProviderBooking[], salon: Salon, note: (rule: Rule) => void): void {
  if (active.length > 0 && !isWhole(sold, salon, active)) note('part of a visit');
  if (active.length > sold.segments.length || isDoubled(active)) note('a segment of a visit twice');
}

function isFinalNo({ asked, code }: Told): boolean {
  return asked === 'book' && code === 'SLOT_UNAVAILABLE';
}

/** A success says what is so: all segments confirmed, or all of it cancelled. */
function isHollow({ asked, status, state, parts = [] }: Told): boolean {
  if (status !== 200 && status !== 201) return false;
  const wanted = asked === 'cancel' ? 'cancelled' : 'confirmed';
  return state !== wanted || parts.some((part) => part.status !== wanted);
}

function bookedId(told: Told): string[] {
  const { id } = told;
  return saysYes(told) && id ? [id] : [];
}

function judgeWebhooks({ acknowledged, deliveries }: Evidence, note: Note): void {
  for (const hash of acknowledged) {
    const statuses = deliveries.get(hash) ?? [];
    const isDone = statuses.length === 1 && ['processed', 'ignored'].includes(statuses[0]!);
    if (!isDone) note('acknowledged webhook without its effect once', `${hash}: ${statuses.join(', ') || 'not there'}`);
  }
}

/**
 * A no that may pass, `try later`, says nothing of an older request with the same key that was never answered: it may
 * have been waiting in a frozen process, and be served after the no.
 */
function isBinding({ told }: Wish): boolean {
  return told.every(({ status }) => status !== 0) || told.findLast(saysNo)?.code === 'SLOT_UNAVAILABLE';
}

/** A booking is unknown when its caller has no booking here; one that was moved behind our back is another matter. */
function judgeRecords(active: ProviderBooking[], { wishes, ours }: Evidence, note: Note): void {
  const byEmail = Map.groupBy(ours, ({ email }) => email);
  for (const { id, email, text, startMs } of active) {
    const rows = byEmail.get(email);
    const isRight = rows?.some((row) => row.status === 'confirmed' && row.providerId === id && row.startMs === startMs);
    if (!rows) note('active at the provider and unknown here', `${email}: ${text}`);
    else if (!isRight) note(DRIFT, `${email}: ${text}; here: ${rows.map(written).join(' | ')}`);
  }
  judgeOurs(active, ours, note);
  const sizes = new Map(wishes.map(({ email, sold }) => [email, sold?.segments.length ?? 1]));
  for (const [email, rows] of byEmail) {
    if (rows.length > (sizes.get(email) ?? 1))
      note(DRIFT, `${email} has ${rows.length} records: ${rows.map(written).join(' | ')}`);
  }
}

function judgeVisitRecords({ visits, salons }: Evidence, byEmail: Map<string, ProviderBooking[]>, note: Note): void {
  for (const visit of visits) {
    const active = byEmail.get(visit.email ?? '') ?? [];
    const difference = differenceOf(visit, salons[visit.salon]!, active);
    if (difference) note(DRIFT, `visit ${visit.id} of ${visit.email}: ${visit.status}, ${difference}`);
  }
}

function judgeOurs(active: ProviderBooking[], ours: OurBooking[], note: Note): void {
  const there = new Set(active.map(({ id }) => id));
  for (const row of ours) {
    const isWrong = row.status === 'confirmed' && !there.has(row.providerId ?? '');
    if (isWrong) note(DRIFT, `${row.email}: ${written(row)}, not active there`);
  }
}

function written({ id, status, providerId, startMs }: OurBooking): string {
  return `${id} ${status} ${providerId} ${new Date(startMs).toISOString()}`;
}

function judgeHosts(active: ProviderBooking[], note: Note): void {
  const byHost = Map.groupBy(
    active.flatMap((booking) => booking.hostIds.map((host) => ({ host, booking }))),
    ({ host }) => host,
  );
  for (const [host, times] of byHost) {
    const sorted = times.map(({ booking }) => booking).sort((a, b) => a.startMs - b.startMs);
    for (const [index, booking] of sorted.entries()) {
      const next = sorted[index + 1];
      if (!next || next.startMs >= booking.endMs) continue;
      note('two active bookings of one host at one time', `host ${host}: ${booking.text} | ${next.text}`);
    }
  }
}

export function describe({ email, id, expected, told }: Wish): string {
  const answers = told.map(({ asked, status, state, code, reason, at, replica }) =>
    [new Date(at).toISOString().slice(14, 23), replica, asked, status, state, code, reason].filter(Boolean).join(' '),
  );
  return `${email} (${id ?? 'no id'}, ${expected}): ${answers.join(', ')}`;
}
