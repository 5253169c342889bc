import type { StaffMember } from './staff.repository';

/** Somebody at the provider who can host. */
export interface KnownHost {
  /** The provider's. */
  id: string;
  name: string;
  email?: string;
}

export interface Match {
  staffId: string;
  hostId: string;
  by: 'email' | 'name';
}

type Candidate = Pick<StaffMember, 'id' | 'name' | 'email' | 'hostId' | 'hostChosenBy'>;

/**
 * Who of the staff is which host: by e-mail address, then by name. A host that fits several people, or a person whom
 * several hosts fit, is left to somebody who knows them. What was chosen by hand stays, and its host is nobody else. An
 * earlier match stays until an e-mail address says better, of this person or of somebody else.
 */
export function matchHosts(staff: Candidate[], hosts: KnownHost[]): Match[] {
  const byHand = new Set(staff.flatMap(({ hostId, hostChosenBy }) => (hostChosenBy === 'hand' ? [hostId] : [])));
  const people = staff.filter(({ hostChosenBy }) => hostChosenBy !== 'hand');
  const free = hosts.filter(({ id }) => !byHand.has(id));

  const sameEmail = onlyPairs(people, free, ({ email }) => email?.toLowerCase());
  const found: Match[] = sameEmail.map((pair) => ({ ...pair, by: 'email' }));
  const foundHosts = new Set(found.map(({ hostId }) => hostId));
  const isLeft = ({ id }: Candidate): boolean => !found.some(({ staffId }) => staffId === id);
  const keepsHost = ({ hostId }: Candidate): boolean => hostId !== null && !foundHosts.has(hostId);
  const left = people.filter(isLeft);
  const kept = new Set(left.filter(keepsHost).map(({ hostId }) => hostId));
  const unclaimed = free.filter(({ id }) => !foundHosts.has(id) && !kept.has(id));
  const hostless = left.filter((person) => !keepsHost(person));
  const sameName = onlyPairs(hostless, unclaimed, ({ name }) => nameKey(name));
  return [...found, ...sameName.map((pair) => ({ ...pair, by: 'name' as const }))].filter(isNews);

  function isNews({ staffId, hostId }: Match): boolean {
    return people.find(({ id }) => id === staffId)?.hostId !== hostId;
  }
}

/** People and hosts of one key, where there is exactly one of each. */
function onlyPairs(
  people: Candidate[],
  hosts: KnownHost[],
  keyOf: (one: { name: string; email?: string | null }) => string | undefined,
): { staffId: string; hostId: string }[] {
  return people.flatMap((person) => {
    const key = keyOf(person);
    if (key === undefined) return [];
    const namesakes = people.filter((other) => keyOf(other) === key);
    const fitting = hosts.filter((host) => keyOf(host) === key);
    return namesakes.length === 1 && fitting.length === 1 ? [{ staffId: person.id, hostId: fitting[0]!.id }] : [];
  });
}

/** `MARIA  Lindner` and `maria lindner` are one name; ligatures and accents typed in two ways as well. */
function nameKey(name: string): string {
  return name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
}
