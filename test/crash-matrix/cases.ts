/** What the provider is ordered to do with one call; those before it are answered as usual. */
export interface Fault {
  operation: 'bookings.create' | 'bookings.cancel' | 'bookings.reschedule' | 'bookings.confirm' | 'bookings.list';
  /** Which call of this operation, from 1; counted from the fault of the same operation before it. */
  at: number;
  scenario: string;
  delayMs?: number;
  status?: number;
  times?: number;
}

/** A process ends at a named place while it works on a visit, and the provider does this or that meanwhile. */
export interface CrashCase {
  what: 'book' | 'cancel' | 'move';
  segments: number;
  /** The host has to confirm every segment. */
  isAsked?: boolean;
  /** As in `CHAOS_FAILPOINT`. */
  place: string;
  pass: number;
  /** In one word, for the table. */
  outcome: string;
  faults: Fault[];
}

type What = CrashCase['what'];

/** The provider's write that a visit consists of. */
const WRITE = { book: 'bookings.create', cancel: 'bookings.cancel', move: 'bookings.reschedule' } as const;

/** The effect is there and the process is not told. */
const LOST = [
  'answer-lost',
  'error-after',
  'cut-midway',
  'truncated',
  'garbage',
  'wrong-shape',
  'silent-after',
] as const;
/** Nothing happens, and the process cannot know. */
const NOTHING = ['error-before', 'cut-before', 'silent-before'] as const;

/** Cuts the silence: shorter than the patience of a call. */
const SILENCE_MS = 1_200;
/** Between the second and the third look, or the third and the fourth. */
const LATE_MS = 700;
/** Within the settle window, and long after the process has died. */
const VERY_LATE_MS = 6_000;

const DELAYS: Record<string, number> = {
  'silent-after': SILENCE_MS,
  'silent-before': SILENCE_MS,
  'effect-late': LATE_MS,
  slow: LATE_MS,
};

function fault(what: What, scenario: string, at: number, more: Partial<Fault> = {}): Fault[] {
  if (scenario === 'usual') return [];
  const delayMs = DELAYS[scenario];
  return [{ operation: WRITE[what], at, scenario, ...(delayMs === undefined ? {} : { delayMs }), ...more }];
}

interface Line {
  what: What;
  segments: number;
  isAsked?: boolean;
  outcome: string;
  faults?: Fault[];
  /** `<place>:<pass>`, the pass 1 when absent. */
  places: string[];
}

function casesOf({ places, faults = [], ...line }: Line): CrashCase[] {
  return places.map((text) => {
    const [place = '', pass = '1'] = text.split(':');
    return { ...line, faults, place, pass: Number(pass) };
  });
}

/** Every pass of these places from `from` to `to`. */
function passes(places: string[], to: number, from = 1): string[] {
  const numbers = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  return numbers.flatMap((pass) => places.map((place) => `${place}:${pass}`));
}

/** What is passed once for each segment while all goes well. */
const FORWARD = [
  'prepared',
  'writing intended',
  'wrote intended',
  'sending',
  'answered',
  'writing booked',
  'wrote booked',
];
const BACKWARD = ['undone', 'writing cancelled', 'wrote cancelled'];

function whenAllGoesWell(): Line[] {
  return [2, 3, 4].map((segments) => ({
    ...{ what: 'book', segments, outcome: 'usual' },
    places: ['begun', ...passes(FORWARD, Math.min(3, segments))],
  }));
}

/** The process ends while the call is under way, and never learns what becomes of it. */
function whileUnderWay(what: What): Line[] {
  const scenarios = ['conflict', ...LOST, ...NOTHING, 'effect-late', 'slow'].filter(
    (one) => what === 'book' || one !== 'garbage',
  );
  return scenarios.map((scenario, index) => {
    const segments = 2 + (index % 3);
    const at = 1 + (index % Math.min(3, segments));
    return { what, segments, outcome: scenario, faults: fault(what, scenario, at), places: [`sending:${at}`] };
  });
}

function longAfter(what: What): Line[] {
  return [1, 2].map((at) => ({
    ...{ what, segments: 2 + at, outcome: 'effect-very-late' },
    faults: fault(what, 'effect-late', at, { delayMs: VERY_LATE_MS }),
    places: [`sending:${at}`],
  }));
}

/** The k-th call is refused: what was booked before is cancelled. */
function refused(): Line[] {
  const all = [
    [2, 1],
    [2, 2],
    [3, 2],
    [3, 3],
    [4, 3],
    [4, 4],
  ] as const;
  return all.map(([segments, at], index) => ({
    ...{ what: 'book', segments, outcome: index % 2 ? 'conflict 409' : 'conflict' },
    faults: fault('book', 'conflict', at, index % 2 ? { status: 409 } : {}),
    places: ['writing refused', 'wrote refused', ...passes(BACKWARD, Math.min(3, at - 1))],
  }));
}

/** The k-th answer does not come, and its effect is found. */
function lost(): Line[] {
  return LOST.map((scenario, index) => {
    const segments = 2 + (index % 3);
    const at = 1 + (index % Math.min(3, segments));
    const after = [`writing booked:${at}`, `wrote booked:${at}`];
    return {
      ...{ what: 'book', segments, outcome: scenario, faults: fault('book', scenario, at) },
      places: ['writing lost', 'wrote lost', 'found', ...after],
    };
  });
}

/** Looked for in vain at first. */
function late(): Line[] {
  const places = ['wrote lost', 'found:1', 'writing looked', 'wrote looked', 'found:2', 'wrote looked:2', 'found:3'];
  return [
    [2, 1],
    [3, 2],
    [4, 3],
  ].map(([segments = 0, at = 0]) => ({
    ...{ what: 'book', segments, outcome: 'effect-late', faults: fault('book', 'effect-late', at) },
    places: [...places, `writing booked:${at}`],
  }));
}

/** Looked for in vain until the deadline, then given up. */
function neverCame(): Line[] {
  return NOTHING.map((scenario, index) => ({
    ...{ what: 'book', segments: 2, outcome: scenario, faults: fault('book', scenario, 2 - (index % 2)) },
    places: ['wrote lost', 'found', 'wrote looked', 'wrote looked:3', 'writing gave-up', 'wrote gave-up'].concat(
      index % 2 ? [] : BACKWARD,
    ),
  }));
}

/** Already the compensation of a refused visit goes wrong. */
function badCompensation(): Line[] {
  const segments = 3;
  const refusal = fault('book', 'conflict', 3);
  const trouble = (scenario: string): Fault[] => [...refusal, ...fault('cancel', scenario, 1)];
  return ['error-before', 'error-after', 'answer-lost', 'cut-before'].map((scenario) => ({
    ...{ what: 'book', segments, outcome: `cancel ${scenario}`, faults: trouble(scenario) },
    places: ['writing cancel-failed', 'wrote cancel-failed', 'undone:1', 'wrote cancelled:1', 'undone:2'],
  }));
}

/** The answer is lost, and then the provider cannot be asked either. */
function blind(): Line[] {
  return ['error-before', 'cut-before'].map((scenario) => ({
    ...{ what: 'book', segments: 3, outcome: `look ${scenario}` },
    // Reads are repeated within a call.
    faults: [...fault('book', 'answer-lost', 2), { operation: 'bookings.list', at: 1, scenario, times: 3 }],
    places: ['writing look-failed', 'wrote look-failed', 'found', 'wrote booked:2'],
  }));
}

function cancelled(): Line[] {
  const places = (times: number): string[] => passes(BACKWARD, times);
  const well: Line[] = [2, 3, 4].map((segments) => ({
    ...{ what: 'cancel', segments, outcome: 'usual', places: ['begun', ...places(Math.min(3, segments))] },
  }));
  const badly: Line[] = ['error-before', 'error-after', 'answer-lost', 'cut-before', 'silent-after'].map(
    (scenario, index) => ({
      ...{ what: 'cancel', segments: 3, outcome: scenario, faults: fault('cancel', scenario, 1 + (index % 3)) },
      places: ['writing cancel-failed', 'wrote cancel-failed', 'undone:2', 'wrote cancelled:3'],
    }),
  );
  return [...well, ...badly];
}

/** Booked first, then confirmed one after another: calls 3 and 4 of two segments. */
function confirmed(): Line[] {
  const line = { what: 'book', segments: 2, isAsked: true } as const;
  const places = ['writing confirm-intended', 'wrote confirm-intended', 'writing confirmed', 'wrote confirmed'];
  const well = [...passes(places, 2), ...passes(['sending', 'answered'], 4, 3), 'wrote booked:2'];
  const badly = ['answer-lost', 'error-after', 'error-before', 'cut-before', 'silent-after'].map(
    (scenario, index): Line => {
      const faults = fault('book', scenario, 1 + (index % 2), { operation: 'bookings.confirm' });
      const after = [
        'writing confirm-failed',
        'wrote confirm-failed',
        `sending:${3 + (index % 2)}`,
        'wrote confirmed:2',
      ];
      return { ...line, outcome: `confirm ${scenario}`, faults, places: after };
    },
  );
  return [{ ...line, outcome: 'usual', places: well }, ...badly];
}

function moved(): Line[] {
  const well: Line[] = [2, 3, 4].map((segments) => ({
    ...{ what: 'move', segments, outcome: 'usual', places: ['begun', ...passes(FORWARD, Math.min(2, segments))] },
  }));
  const back = [
    'prepared',
    'writing return-intended',
    'wrote return-intended',
    'undone',
    'writing returned',
    'wrote returned',
  ];
  const refusedAt: Line[] = [2, 3].map((segments) => ({
    ...{ what: 'move', segments, outcome: 'conflict', faults: fault('move', 'conflict', segments) },
    places: ['writing refused', 'wrote refused', ...back.filter((place) => place !== 'prepared')],
  }));
  const found: Line[] = ['answer-lost', 'error-after', 'effect-late'].map((scenario, index) => ({
    ...{ what: 'move', segments: 2 + (index % 2), outcome: scenario, faults: fault('move', scenario, 2) },
    places: ['writing lost', 'wrote lost', 'found', 'writing booked:2', 'wrote booked:2'],
  }));
  const lostBack: Line[] = ['answer-lost', 'error-before'].map((scenario) => ({
    ...{ what: 'move', segments: 2, outcome: `return ${scenario}` },
    faults: [...fault('move', 'conflict', 2), ...fault('move', scenario, 1)],
    places: ['wrote return-intended', 'writing look-failed', 'wrote look-failed', 'found', 'wrote returned'],
  }));
  return [...well, ...refusedAt, ...found, ...lostBack];
}

/** Every case, in an order in which neighbours differ little: a part of them is best taken evenly. */
export function allCases(): CrashCase[] {
  const lines = [
    ...whenAllGoesWell(),
    ...whileUnderWay('book'),
    ...longAfter('book'),
    ...refused(),
    ...lost(),
    ...late(),
    ...neverCame(),
    ...badCompensation(),
    ...blind(),
    ...confirmed(),
    ...cancelled(),
    ...moved(),
    ...whileUnderWay('move'),
    ...longAfter('move'),
  ];
  return lines.flatMap(casesOf);
}

/** As many as asked for, evenly from all of them. */
export function someCases(count: number): CrashCase[] {
  const all = allCases();
  if (count >= all.length) return all;
  return Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)]!);
}

export function nameOf({ what, segments, isAsked, outcome, place, pass }: CrashCase): string {
  return `${what} ${segments}${isAsked ? ' to be confirmed' : ''}, ${outcome}, ${place}:${pass}`;
}
