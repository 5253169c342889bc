import { apply, type SagaState, type StepState } from './saga-state';

const trying: StepState = { status: 'trying', settleMs: 90_000 };

function saga(status: SagaState['status'], ...steps: StepState[]): SagaState {
  return { status, deadlineMs: 15_000, nextMs: 0, tries: 0, steps };
}

describe('what a look means', () => {
  it('takes a step for absent only if the clock was past the settle window before looking', () => {
    const before = saga('compensating', trying);
    expect(apply(before, { type: 'looked', step: 0, lookedMs: 90_000 }, 95_000).steps[0]!.status).toBe('trying');
    expect(apply(before, { type: 'looked', step: 0, lookedMs: 90_001 }, 95_000).steps[0]!.status).toBe('absent');
  });

  it('never takes a step for absent whose window is unknown', () => {
    const before = saga('compensating', { status: 'trying' });
    expect(apply(before, { type: 'looked', step: 0, lookedMs: 1e12 }, 1e12).steps[0]!.status).toBe('trying');
  });

  it('keeps what was found for cancelling', () => {
    const after = apply(saga('compensating', trying), { type: 'looked', step: 0, lookedMs: 0, uid: 'b' }, 0);
    expect(after.steps[0]).toEqual({ status: 'booked', uid: 'b' });
  });

  it('backs off from 300 ms, doubled each time, to 5 minutes, and starts anew after a success', () => {
    let state = saga('compensating', trying);
    const pauses: number[] = [];
    for (let look = 0; look < 13; look++) {
      state = apply(state, { type: look % 2 ? 'look-failed' : 'looked', step: 0, lookedMs: 0 }, 1_000);
      pauses.push(state.nextMs - 1_000);
    }
    expect(pauses.slice(0, 4)).toEqual([300, 600, 1_200, 2_400]);
    expect(pauses.slice(-3)).toEqual([300_000, 300_000, 300_000]);
    const found = apply(state, { type: 'looked', step: 0, lookedMs: 0, uid: 'b' }, 1_000);
    expect(found).toMatchObject({ tries: 0, nextMs: 0 });
  });
});

describe('events that cannot happen', () => {
  it('are refused: a saga is not confirmed with a step that is not booked', () => {
    const state = saga('running', { status: 'booked', uid: 'b' }, trying);
    expect(() => apply(state, { type: 'committed' }, 0)).toThrow('not confirmed: step 1 is trying');
  });

  it('are refused: a saga is not compensated with a step that is booked or may have left', () => {
    const state = saga('compensating', { status: 'booked', uid: 'b' });
    expect(() => apply(state, { type: 'compensated' }, 0)).toThrow('not compensated: step 0 is booked');
    expect(() => apply(saga('compensating', trying), { type: 'compensated' }, 0)).toThrow('step 0 is trying');
  });

  it('are refused: what is confirmed is never given up, refused or undone', () => {
    const state = saga('confirmed', { status: 'booked', uid: 'b' });
    for (const type of ['gave-up', 'refused', 'cancelled', 'cancel-refused', 'compensated'] as const) {
      expect(() => apply(state, { type, step: 0, askedMs: 0 }, 0)).toThrow(`${type} cannot happen when confirmed`);
    }
  });

  it('are refused: nothing is begun once the saga compensates', () => {
    const state = saga('compensating', { status: 'pending' });
    expect(() => apply(state, { type: 'intended', step: 0, settleMs: 1 }, 0)).toThrow('cannot happen');
  });

  it('are refused: a step that may have left is not intended again', () => {
    expect(() => apply(saga('running', trying), { type: 'intended', step: 0, settleMs: 1 }, 0)).toThrow(
      'step 0 is trying',
    );
    expect(() => apply(saga('running'), { type: 'intended', step: 0, settleMs: 1 }, 0)).toThrow('missing');
  });
});

describe('the end of a compensation', () => {
  it('needs attention when something booked cannot be cancelled', () => {
    expect(apply(saga('compensating', { status: 'stuck', uid: 'b' }), { type: 'compensated' }, 0).status).toBe(
      'needs_attention',
    );
    expect(apply(saga('compensating', { status: 'cancelled' }), { type: 'compensated' }, 0).status).toBe('compensated');
  });

  it('needs attention when something could not be looked for in a day, also when nobody had begun to undo it', () => {
    for (const status of ['running', 'compensating'] as const) {
      const after = apply(saga(status, trying), { type: 'cancel-refused', step: 0 }, 0);
      expect(after).toMatchObject({ status, steps: [{ status: 'stuck' }] });
    }
  });

  it('keeps a booking to be cancelled whose host another saga has claimed', () => {
    const after = apply(saga('running', { status: 'booked', uid: 'b' }), { type: 'refused', step: 0 }, 0);
    expect(after).toMatchObject({ status: 'compensating', steps: [{ status: 'booked', uid: 'b' }] });
  });
});

describe('moving back', () => {
  const moved: StepState = { status: 'booked', uid: 'new', moves: true };

  it('waits longer each time that the provider is too busy for it', () => {
    let state = saga('compensating', moved);
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      state = apply(state, { type: 'return-intended', step: 0, settleMs: 90_000 }, 0);
      state = apply(state, { type: 'return-not-sent', step: 0 }, 0);
      state = apply(state, { type: 'cancel-failed', step: 0 }, 0);
      pauses.push(state.nextMs);
    }
    expect(pauses).toEqual([300, 600, 1_200, 2_400]);
  });

  it('is asked for again only if the clock was past the settle window before an empty look', () => {
    const before = saga('compensating', { ...moved, status: 'returning', settleMs: 90_000 });
    const after = (lookedMs: number): StepState | undefined =>
      apply(before, { type: 'return-looked', step: 0, lookedMs }, 95_000).steps[0];
    expect(after(90_000)).toMatchObject({ status: 'returning' });
    expect(after(90_001)).toEqual({ status: 'booked', uid: 'new', moves: true });
  });

  it('is looked for first, when a person asks for another try of what may have been moved back', () => {
    const stuck = saga('needs_attention', { ...moved, status: 'stuck', settleMs: 90_000 });
    expect(apply(stuck, { type: 'retried' }, 0).steps[0]).toMatchObject({ status: 'returning', settleMs: 90_000 });
    const refused = saga('needs_attention', { ...moved, status: 'stuck' });
    expect(apply(refused, { type: 'retried' }, 0).steps[0]).toEqual(moved);
  });
});

describe('a booking that its host has to confirm', () => {
  const pending: StepState = { status: 'booked', uid: 'b', confirmation: 'wanted', settleMs: 90_000 };

  it('goes on being watched once cancelled, for as long as a confirmation may still revive it', () => {
    const after = (askedMs: number): StepState | undefined =>
      apply(saga('compensating', pending), { type: 'cancelled', step: 0, askedMs }, 95_000).steps[0];
    expect(after(90_000)).toEqual({ ...pending, status: 'trying' });
    expect(after(90_001)!.status).toBe('cancelled');
  });

  it('is cancelled again when it was revived', () => {
    const watched = saga('compensating', { ...pending, status: 'trying' });
    expect(apply(watched, { type: 'looked', step: 0, lookedMs: 0, uid: 'b' }, 0).steps[0]).toEqual(pending);
    expect(apply(watched, { type: 'looked', step: 0, lookedMs: 90_001 }, 0).steps[0]!.status).toBe('absent');
  });
});

describe('what a person decides', () => {
  it('begins the day anew that undoing may take', () => {
    const stuck = saga('needs_attention', { status: 'stuck', uid: 'b' }, { status: 'stuck', settleMs: 90_000 });
    expect(apply(stuck, { type: 'retried' }, 200_000)).toMatchObject({
      status: 'compensating',
      deadlineMs: 200_000,
      steps: [{ status: 'booked' }, { status: 'trying' }],
    });
  });

  it('may be that nothing is left to be done: what is stuck is theirs, and not taken back when it is heard of', () => {
    const stuck = saga('needs_attention', { status: 'stuck', uid: 'b' });
    expect(apply(stuck, { type: 'resolved' }, 0)).toMatchObject({
      status: 'compensated',
      steps: [{ status: 'stuck' }],
    });
  });
});
