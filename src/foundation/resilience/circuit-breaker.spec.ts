import { CircuitBreaker, Evidence, Leave } from './circuit-breaker';

describe('a circuit breaker', () => {
  let nowMs: number;
  let breaker: CircuitBreaker;

  beforeEach(() => {
    nowMs = 0;
    breaker = new CircuitBreaker(() => nowMs);
  });

  function admitted(): Leave {
    const leave = breaker.admit(true);
    if (!leave) throw new Error('refused');
    return leave;
  }

  function outcomes(...all: Evidence[]): void {
    for (const evidence of all) breaker.settle(admitted(), evidence);
  }

  const failures = (count: number): Evidence[] => Array<Evidence>(count).fill('failing');

  it('stays closed for nine failures in a row and opens with the tenth', () => {
    outcomes(...failures(9));
    expect(breaker.isOpen).toBe(false);
    outcomes('failing');
    expect([breaker.isOpen, breaker.isResting]).toEqual([true, true]);
  });

  it('starts counting anew after any answer, and ignores what proves nothing', () => {
    outcomes(...failures(9), 'answered', ...failures(9), 'none');
    expect(breaker.isOpen).toBe(false);
    outcomes('failing');
    expect(breaker.isOpen).toBe(true);
  });

  it('lets one probe through each five seconds, also while an earlier one hangs', () => {
    outcomes(...failures(10));
    const left: number[] = [];
    for (nowMs = 0; nowMs <= 20_000; nowMs += 100) if (breaker.admit(true)) left.push(nowMs);
    expect(left).toEqual([5_000, 10_000, 15_000, 20_000]);
  });

  it('gives a probe only to those who may probe', () => {
    outcomes(...failures(10));
    nowMs = 5_000;
    expect(breaker.admit(false)).toBeUndefined();
    expect(breaker.admit(true)).toBeDefined();
  });

  it('closes with the first probe that is answered', () => {
    outcomes(...failures(10));
    nowMs = 5_000;
    breaker.settle(admitted(), 'failing');
    nowMs = 10_000;
    const probe = admitted();
    expect(breaker.admit(true)).toBeUndefined();
    breaker.settle(probe, 'answered');
    expect([breaker.isOpen, breaker.admit(false)]).toEqual([false, expect.anything()]);
  });

  it('takes back its leave from calls that were still waiting when it opened, but not from probes', () => {
    const waiting = admitted();
    expect(breaker.stands(waiting)).toBe(true);
    outcomes(...failures(10));
    expect(breaker.stands(waiting)).toBe(false);
    nowMs = 5_000;
    const probe = admitted();
    expect(breaker.stands(probe)).toBe(true);
    breaker.settle(probe, 'answered');
    expect(breaker.stands(waiting)).toBe(true);
  });

  it('is not moved by late outcomes of an earlier period', () => {
    const early = [admitted(), admitted()];
    const failing = Array.from({ length: 10 }, admitted);
    for (const leave of failing) breaker.settle(leave, 'failing');
    breaker.settle(early[0]!, 'answered');
    expect(breaker.isOpen).toBe(true);
    nowMs = 5_000;
    outcomes('answered', ...failures(9));
    breaker.settle(early[1]!, 'failing');
    expect(breaker.isOpen).toBe(false);
  });
});
