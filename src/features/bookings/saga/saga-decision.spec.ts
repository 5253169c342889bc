import { next } from './saga-decision';
import { apply, type SagaState, type StepState } from './saga-state';

const pending: StepState = { status: 'pending' };
const trying: StepState = { status: 'trying', settleMs: 90_000 };
const booked: StepState = { status: 'booked', uid: 'b' };

function running(steps: StepState[], rest: Partial<SagaState> = {}): SagaState {
  return { status: 'running', deadlineMs: 15_000, nextMs: 0, tries: 0, steps, ...rest };
}

function compensating(steps: StepState[], rest: Partial<SagaState> = {}): SagaState {
  return running(steps, { status: 'compensating', ...rest });
}

describe('what is to be done while a saga is running', () => {
  it('books the last step first', () => {
    expect(next(running([pending, pending, pending]), 0)).toEqual({ do: 'book', step: 2 });
    expect(next(running([pending, pending, booked]), 0)).toEqual({ do: 'book', step: 1 });
  });

  it('looks for a step that may have left, and never sends it', () => {
    expect(next(running([pending, trying]), 0)).toEqual({ do: 'look', step: 1 });
  });

  it('waits out the back-off, but not beyond the deadline', () => {
    expect(next(running([trying], { nextMs: 600, tries: 1 }), 0)).toEqual({ do: 'wait', untilMs: 600 });
    expect(next(running([trying], { nextMs: 20_000, tries: 5 }), 0)).toEqual({ do: 'wait', untilMs: 15_000 });
  });

  it('gives up long before the deadline what six looks over nine seconds have not found', () => {
    const deadlineMs = 49_000;
    let saga = running([pending, trying], { deadlineMs });
    let nowMs = 0;
    for (let looks = 0; next(saga, nowMs).do !== 'give-up'; looks++) {
      expect(next(saga, nowMs)).toEqual({ do: 'look', step: 1 });
      saga = apply(saga, { type: 'looked', step: 1, lookedMs: nowMs }, nowMs);
      expect(looks).toBeLessThan(6);
      if (next(saga, nowMs).do === 'wait') nowMs = saga.nextMs;
    }
    expect(nowMs).toBe(9_300);
    expect(next(running([pending, booked], { deadlineMs, tries: 9 }), nowMs)).toEqual({ do: 'book', step: 0 });
  });

  it('begins nothing once the deadline has come', () => {
    expect(next(running([pending, booked]), 14_999)).toEqual({ do: 'book', step: 0 });
    expect(next(running([pending, booked]), 15_000)).toEqual({ do: 'give-up' });
  });

  it('looks once after the deadline for what was never looked for, then gives up', () => {
    expect(next(running([trying]), 15_000)).toEqual({ do: 'look', step: 0 });
    expect(next(running([trying], { tries: 1, nextMs: 99_000 }), 15_000)).toEqual({ do: 'give-up' });
  });

  it('commits once every step is booked, also after the deadline', () => {
    expect(next(running([booked, booked]), 15_000)).toEqual({ do: 'commit' });
  });

  it('has everything confirmed that needs it before it commits, and gives up what is not by the deadline', () => {
    const wanted: StepState = { ...booked, confirmation: 'wanted' };
    expect(next(running([pending, wanted]), 0)).toEqual({ do: 'book', step: 0 });
    expect(next(running([wanted, wanted]), 0)).toEqual({ do: 'confirm', step: 1 });
    expect(next(running([wanted, { ...booked, confirmation: 'given' }]), 0)).toEqual({ do: 'confirm', step: 0 });
    expect(next(running([wanted], { nextMs: 20_000, tries: 3 }), 0)).toEqual({ do: 'wait', untilMs: 15_000 });
    expect(next(running([wanted, booked]), 15_000)).toEqual({ do: 'give-up' });
  });

  it('waits before it commits when the bookings could not be read', () => {
    expect(next(running([booked], { nextMs: 20_000, tries: 7 }), 15_000)).toEqual({ do: 'wait', untilMs: 20_000 });
  });

  it('gives up when a step has come to nothing, whatever else could still be booked', () => {
    expect(next(running([pending, { status: 'absent' }]), 0)).toEqual({ do: 'give-up' });
    expect(next(running([{ status: 'absent' }]), 0)).toEqual({ do: 'give-up' });
  });
});

describe('what is to be done while a saga is compensating', () => {
  it('cancels what is booked before it looks for what may come', () => {
    expect(next(compensating([booked, trying]), 0)).toEqual({ do: 'undo', step: 0 });
    expect(next(compensating([{ status: 'cancelled' }, trying]), 0)).toEqual({ do: 'look', step: 1 });
  });

  it('looks for what may have been moved before it moves another one back, because it may be in its place', () => {
    const moved: StepState = { ...booked, moves: true };
    const open: StepState = { ...trying, moves: true };
    expect(next(compensating([open, moved]), 0)).toEqual({ do: 'look', step: 0 });
    expect(next(compensating([{ status: 'absent' }, moved]), 0)).toEqual({ do: 'undo', step: 1 });
  });

  it('moves one booking back at a time, the one that was moved last before the others', () => {
    const moved: StepState = { ...booked, moves: true };
    expect(next(compensating([moved, moved]), 0)).toEqual({ do: 'undo', step: 0 });
    expect(next(compensating([{ ...moved, status: 'returning' }, moved]), 0)).toEqual({ do: 'look-back', step: 0 });
    expect(next(compensating([{ ...moved, status: 'returned' }, moved]), 0)).toEqual({ do: 'undo', step: 1 });
  });

  it('waits out the back-off for as long as it lasts', () => {
    expect(next(compensating([trying], { nextMs: 90_000, tries: 9 }), 20_000)).toEqual({ do: 'wait', untilMs: 90_000 });
  });

  it('never books, and ends only when nothing is booked and nothing may come', () => {
    expect(next(compensating([pending, { status: 'absent' }]), 0)).toEqual({ do: 'finish-compensation' });
    expect(next(compensating([pending, { status: 'stuck' }]), 0)).toEqual({ do: 'finish-compensation' });
  });
});

describe('a saga that has ended', () => {
  it.each(['confirmed', 'compensated', 'needs_attention'] as const)('%s rests', (status) => {
    expect(next(running([booked, pending, trying], { status }), 0)).toEqual({ do: 'rest' });
  });
});
