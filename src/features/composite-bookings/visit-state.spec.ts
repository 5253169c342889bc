import type { DataSource, EntityManager } from 'typeorm';
import { canBecome, sourcesOf, VISIT_STATUSES, VISIT_TRANSITIONS, type VisitStatus } from './visit-state';
import { VisitsRepository } from './visits.repository';

describe('the table of what may become of a visit', () => {
  it('is what the one write of a status asks for, whatever the status', async () => {
    const repository = new VisitsRepository({} as DataSource);
    for (const status of VISIT_STATUSES) {
      let asked: unknown[] = [];
      const manager = { query: async (_: string, values: unknown[]) => ((asked = values), []) };
      await repository.become(manager as unknown as EntityManager, { companyId: 'company', id: 'visit' }, status);
      expect([asked[2], asked[3]]).toEqual([status, VISIT_STATUSES.filter((from) => canBecome(from, status))]);
    }
  });

  it('can be left as it says and only so', () => {
    for (const from of VISIT_STATUSES) {
      const left = VISIT_STATUSES.filter((to) => sourcesOf(to).includes(from));
      expect(new Set(left)).toEqual(new Set(Object.keys(VISIT_TRANSITIONS[from])));
    }
  });

  it('leads from the beginning to every status, and from every status to one of rest', () => {
    expect(reachedFrom('outcome_pending')).toEqual(new Set(VISIT_STATUSES));
    const ends: VisitStatus[] = ['confirmed', 'cancelled', 'compensated'];
    for (const from of VISIT_STATUSES) expect(ends.some((end) => reachedFrom(from).has(end))).toBe(true);
  });

  it('lets a cancelled visit be what its hosts make of it, and nothing be done with it before that', () => {
    const after = new Set(Object.keys(VISIT_TRANSITIONS.cancelled));
    expect(after).toEqual(new Set(['disrupted', 'confirmed', 'needs_attention']));
  });
});

function reachedFrom(from: VisitStatus): Set<VisitStatus> {
  const reached = new Set([from]);
  for (const at of reached) for (const to of VISIT_STATUSES) if (canBecome(at, to)) reached.add(to);
  return reached;
}
