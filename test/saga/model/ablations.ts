import { ALL_SAFEGUARDS, type Safeguards, type World } from './safeguards';

/** The smallest world that needs the safeguard, and what goes wrong in it without. */
export interface Ablation {
  safeguard: keyof Safeguards;
  without: string;
  world: Partial<World>;
  violation: string;
}

export const ABLATIONS: readonly Ablation[] = [
  {
    safeguard: 'intentRecord',
    without: 'No record of the intent before the call leaves',
    world: { crashes: 1, expiries: 0 },
    violation: 'confirmed, and not every step is booked once',
  },
  {
    safeguard: 'lookUp',
    without: 'No look-up: an unknown outcome is taken for a refusal',
    world: { crashes: 0, expiries: 0 },
    violation: 'compensated, and a booking is left behind',
  },
  {
    safeguard: 'settleWindow',
    without: 'No settle window: one empty look is enough',
    world: { crashes: 0, expiries: 0 },
    violation: 'a booking appeared after its saga had come to nothing',
  },
  {
    safeguard: 'fencing',
    without: 'No fencing: the former owner still writes',
    world: { crashes: 0, expiries: 1 },
    violation: 'told 201, and given up',
  },
  {
    safeguard: 'claim',
    without: 'No claim on the takeover: two owners',
    world: { crashes: 0, expiries: 1 },
    violation: 'told 201, and given up',
  },
  {
    safeguard: 'socketGuard',
    without: 'No guard at the socket: an old intent still leaves',
    world: { crashes: 0, expiries: 1 },
    violation: 'a booking appeared after its saga had come to nothing',
  },
  {
    safeguard: 'noRepeat',
    without: 'Blind repeat: what got no answer is sent again',
    world: { crashes: 0, expiries: 0 },
    violation: 'one attempt was sent twice',
  },
  {
    safeguard: 'clockFirst',
    without: 'The clock is read after the look, not before it',
    world: { crashes: 0, expiries: 0 },
    violation: 'compensated, and a booking is left behind',
  },
  {
    safeguard: 'toldAfterPivot',
    without: 'The caller is told 201 before the pivot is committed',
    world: { crashes: 1, expiries: 0 },
    violation: 'told 201, and given up',
  },
  {
    safeguard: 'echoes',
    without: 'Nobody listens for bookings of sagas that have ended, and one takes effect too late',
    world: { crashes: 0, expiries: 0, late: 1 },
    violation: 'compensated, and a booking is left behind',
  },
  {
    safeguard: 'decidedAnew',
    without: 'After waiting for a permit it is not asked again whether to send',
    world: { crashes: 0, expiries: 0 },
    violation: 'sent after the deadline',
  },
  {
    safeguard: 'clashWithBooking',
    without: 'That the named host is claimed is written after the booking, not with it',
    world: { crashes: 1, expiries: 0, clashes: true },
    violation: 'confirmed with a host whom another saga has claimed',
  },
  {
    safeguard: 'watchCancelled',
    without: 'What is cancelled is not watched, and a confirmation of it is still under way',
    world: { crashes: 0, expiries: 0, confirms: true },
    violation: 'a booking appeared after its saga had come to nothing',
  },
  {
    safeguard: 'confirmGuard',
    without: 'No guard at the socket for confirmations: an old intent still leaves',
    world: { crashes: 0, expiries: 1, confirms: true },
    violation: 'a booking appeared after its saga had come to nothing',
  },
  {
    safeguard: 'returnWindow',
    without: 'No settle window for moving back: one empty look is enough',
    world: { crashes: 0, expiries: 0, moves: true },
    violation: 'one booking stands twice',
  },
  {
    safeguard: 'returnGuard',
    without: 'No guard at the socket for moving back: an old intent still leaves',
    world: { crashes: 0, expiries: 1, moves: true },
    violation: 'one booking stands twice',
  },
  {
    safeguard: 'returnWaits',
    without: 'A booking is moved back while a confirmation of it is still under way',
    world: { crashes: 0, expiries: 0, moves: true, confirms: true },
    violation: 'one booking stands twice',
  },
];

const CALM: World = {
  steps: 1,
  crashes: 0,
  expiries: 0,
  late: 0,
  notices: 0,
  clashes: false,
  stuck: false,
  persons: 0,
  moves: false,
  confirms: false,
  cancels: false,
  safeguards: ALL_SAFEGUARDS,
};

/** A world with every safeguard. */
export function world(change: Partial<World>): World {
  return { ...CALM, ...change };
}

export function withoutSafeguard({ world: change, safeguard }: Ablation): World {
  return world({ ...change, safeguards: { ...ALL_SAFEGUARDS, [safeguard]: false } });
}
