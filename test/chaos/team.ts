import { made } from './http';

/** Somebody of a company's staff, who is a host at the provider. */
export interface Person {
  /** Ours. */
  id: string;
  /** The provider's. */
  hostId: number;
  /** The company's account itself is this person. */
  isOwner: boolean;
}

/** A team at the provider, owned by the first account, and the staff that its members are. */
export async function teamUp(
  { service, sandbox }: { service: string; sandbox: string },
  secretKey: string,
  people: { id: number; username: string }[],
): Promise<{ teamId: string; staff: Person[] }> {
  const members = people.map(({ username }) => username);
  const body = { name: `Team of ${members[0]}`, slug: `team-${members[0]}`, members };
  const { id: teamId } = await made('POST', `${sandbox}/_sandbox/teams`, { body });
  const staff: Person[] = [];
  for (const [index, { id: hostId, username: name }] of people.entries()) {
    const person = { name, hostId: String(hostId) };
    const { id } = await made('POST', `${service}/api/staff`, { key: secretKey, body: person });
    staff.push({ id, hostId, isOwner: index === 0 });
  }
  return { teamId: String(teamId), staff };
}
