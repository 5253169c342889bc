import type { OurBooking, ProviderBooking } from './evidence';
import { saysNo, type Told, type Wish } from './journal';

/** May be so for a while: where a change was cut short and its webhook was lost, synchronisation has to find it. */
export const DRIFT = 'our record says otherwise than the provider';

/** What may never be, by name, with every case of it. */
export type Violations = Map<string, string[]>;

export const RULES = [
  'two active bookings for one key',
  'two active bookings of one host at one time',
  'active at the provider and unknown here',
  'told 201, not active at the provider',
  'told that it is not booked, and active',
  'told cancelled, and active',
  'active at another time than told',
  DRIFT,
  'another answer for the same key',
  'acknowledged webhook without its effect once',
  'left over or stuck',
  'process ended by itself',
] as const;
type Rule = (typeof RULES)[number];

export interface Evidence {
  wishes: Wish[];
  provider: ProviderBooking[];
  ours: OurBooking[];
  acknowledged: Iterable<string>;
  deliveries: Map<string, string[]>;
  leftOver: string[];
  byItself: string[];
}

type Note = (rule: Rule, what: string) => void;

export function judge(evidence: Evidence): Violations {
  const found: Violations = new Map(RULES.map((rule) => [rule, []]));
  const note: Note = (rule, what) => void found.get(rule)!.push(what);
  const active = evidence.provider.filter(({ isActive }) => isActive);
  const byEmail = Map.groupBy(active, ({ email }) => email);
  for (const wish of evidence.wishes) judgeWish(wish, byEmail.get(wish.email) ?? [], note);
  judgeRecords(active, evidence.ours, note);
  judgeHosts(active, note);
  judgeWebhooks(evidence, note);
  for (const what of evidence.leftOver) note('left over or stuck', what);
  for (const what of evidence.byItself) note('process ended by itself', what);
  return found;
}

/** What must be so of one key, by what its caller was told. */
const TOLD: readonly [Rule, (wish: Wish, booking: ProviderBooking | undefined) => boolean][] = [
  ['told 201, not active at the provider', ({ expected }, booking) => expected === 'active' && !booking],
  ['told cancelled, and active', ({ expected }, booking) => expected === 'cancelled' && booking !== undefined],
  [
    'told that it is not booked, and active',
    (wish, booking) => wish.expected === 'nothing' && booking !== undefined && isBinding(wish),
  ],
  [
    'active at another time than told',
    ({ expected, startMs }, booking) =>
      expected === 'active' && startMs !== undefined && booking !== undefined && booking.startMs !== startMs,
  ],
  ['another answer for the same key', ({ told }) => new Set(told.flatMap(bookedId)).size > 1],
];

function judgeWish(wish: Wish, active: ProviderBooking[], note: Note): void {
  const about = `${describe(wish)}; at the provider: ${active.map(({ text }) => text).join(' | ') || '-'}`;
  if (active.length > 1) note('two active bookings for one key', about);
  for (const [rule, isBroken] of TOLD) if (isBroken(wish, active[0])) note(rule, about);
}

function bookedId({ status, id }: Told): string[] {
  return status === 201 && id ? [id] : [];
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
function judgeRecords(active: ProviderBooking[], ours: OurBooking[], note: Note): void {
  const byEmail = Map.groupBy(ours, ({ email }) => email);
  for (const { id, email, text, startMs } of active) {
    const rows = byEmail.get(email);
    const isRight = rows?.some((row) => row.status === 'confirmed' && row.providerId === id && row.startMs === startMs);
    if (!rows) note('active at the provider and unknown here', `${email}: ${text}`);
    else if (!isRight) note(DRIFT, `${email}: ${text}; here: ${rows.map(written).join(' | ')}`);
  }
  judgeOurs(active, ours, note);
  for (const [email, rows] of byEmail) {
    if (rows.length > 1) note(DRIFT, `${email} has ${rows.length} records: ${rows.map(written).join(' | ')}`);
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
  const answers = told.map(({ status, code, reason, at, replica }) =>
    [new Date(at).toISOString().slice(14, 23), replica, status, code, reason].filter(Boolean).join(' '),
  );
  return `${email} (${id ?? 'no id'}, ${expected}): ${answers.join(', ')}`;
}
