import type { Situation } from './simulation';

export interface Load extends Pick<Situation, 'readsPerSecond' | 'companies'> {
  name: string;
}

/** Of the reference model, and one tenant beyond them. */
export const LOADS: Load[] = [
  { name: '200 companies, 1.1 reads/s in all', readsPerSecond: 1.1, companies: 200 },
  { name: '200 companies, 12.8 reads/s in all', readsPerSecond: 12.8, companies: 200 },
  { name: 'one company, 3.7 reads/s', readsPerSecond: 3.7, companies: 1 },
  { name: 'one company, 29 reads/s', readsPerSecond: 29, companies: 1 },
  { name: 'one company, 105 reads/s', readsPerSecond: 105, companies: 1 },
];

/** What the store is to hold, per 1,000 reads. */
export const AIMS: Record<string, { calls: number; stale?: number }> = {
  '200 companies, 12.8 reads/s in all': { calls: 120, stale: 2.5 },
  'one company, 29 reads/s': { calls: 5 },
  'one company, 105 reads/s': { calls: 2 },
};
