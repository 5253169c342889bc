import type { Saga, StepPlan, StepRemark } from './saga';
import type { SagaEvent, SagaState, StepState, StepStatus } from './saga-state';

/** Milliseconds since the epoch. */
export const MS = (column: string): string => `floor(extract(epoch from ${column}) * 1000)::float8`;

/** The steps of one saga, as {@link StepRow}. */
export const STEPS = `
  select appointment_id as "appointmentId", event_type_id as "eventTypeId", ref, attempt, status, uid, confirmation,
    moves_uid as "movesUid", moves_ref as "movesRef", ${MS('moves_from')} as "movesFromMs",
    ${MS('starts_at')} as "startMs", ${MS('ends_at')} as "endMs", ${MS('settle_at')} as "settleMs"
  from saga_steps where saga_id = $1 order by seq`;

export interface StepRow extends Omit<StepPlan, 'moves'> {
  status: StepStatus;
  uid: string | null;
  settleMs: number | null;
  confirmation: StepState['confirmation'] | null;
  movesUid: string | null;
  movesRef: string | null;
  movesFromMs: number | null;
}

export function stepPlan(row: StepRow): StepPlan {
  const { appointmentId, eventTypeId, ref, attempt, startMs, endMs, movesUid, movesRef, movesFromMs } = row;
  const moves = movesUid !== null && { moves: { uid: movesUid, ref: movesRef!, startMs: movesFromMs! } };
  return { appointmentId, eventTypeId, ref, attempt, startMs, endMs, ...moves };
}

export function stepState({ status, uid, settleMs, confirmation, movesUid }: StepRow): StepState {
  return {
    status,
    ...(uid === null ? {} : { uid }),
    ...(settleMs === null ? {} : { settleMs }),
    ...(confirmation === null ? {} : { confirmation }),
    ...(movesUid === null ? {} : { moves: true }),
  };
}

/** As a step begins. */
export function firstState({ moves }: StepPlan, begun: StepState = { status: 'pending' }): StepState {
  return moves ? { ...begun, moves: true } : begun;
}

/** Of new steps what they plan and how they begin, column by column. */
export function stepColumns(plan: StepPlan[], steps: readonly StepState[]): unknown[][] {
  return [
    plan.map(({ appointmentId }) => appointmentId),
    plan.map(({ eventTypeId }) => eventTypeId),
    plan.map(({ ref }) => ref),
    plan.map(({ startMs }) => startMs),
    plan.map(({ endMs }) => endMs),
    steps.map(({ status }) => status),
    steps.map(({ uid }) => uid ?? null),
    steps.map(({ confirmation }) => confirmation ?? null),
    steps.map(({ settleMs }) => settleMs ?? null),
    plan.map(({ moves }) => moves?.uid ?? null),
    plan.map(({ moves }) => moves?.startMs ?? null),
    plan.map(({ moves }) => moves?.ref ?? null),
  ];
}

/** Of the steps that are not as they were last written, or that there is something to say about, column by column. */
export function changedSteps(
  { state: before, plan }: Saga,
  { steps }: SagaState,
  events: SagaEvent[],
  remark: StepRemark | undefined,
): unknown[][] {
  const remarked = remark && events.find((event) => 'step' in event);
  const at = remarked && 'step' in remarked ? remarked.step : undefined;
  const changed = [...steps.entries()].filter(([seq, step]) => step !== before.steps[seq] || seq === at);
  return [
    changed.map(([seq]) => seq),
    changed.map(([, { status }]) => status),
    changed.map(([, { uid }]) => uid ?? null),
    changed.map(([, { settleMs }]) => settleMs ?? null),
    changed.map(([seq]) => plan[seq]!.ref),
    changed.map(([seq]) => plan[seq]!.attempt),
    changed.map(([, { confirmation }]) => confirmation ?? null),
    changed.map(([seq]) => (seq === at ? JSON.stringify(remark) : null)),
  ];
}

/** The diary's rows, column by column. The remark stands with the last event of a step. */
export function noted({ plan }: Saga, { events, remark }: { events: SagaEvent[]; remark?: StepRemark }): unknown[][] {
  const steps = events.map((event) => ('step' in event ? event.step : null));
  const last = steps.findLastIndex((step) => step !== null);
  return [
    steps,
    events.map(({ type }) => type),
    steps.map((step) => (step === null ? null : plan[step]!.attempt)),
    steps.map((_, place) => (place === last && remark ? JSON.stringify(remark) : null)),
  ];
}
