import { Call, caller } from '../http/call';
import { Booking } from '../store/records';
import { hasTeams } from '../store/settings';

const LEADING = ['OWNER', 'ADMIN'];

/**
 * What the caller's list is made of: the bookings one hosts or attends and, for who owns or administers a team, those
 * of its event types and those its members host or attend, their personal ones too.
 */
export async function visibleBookings(call: Call): Promise<Booking[]> {
  const { sandbox } = call;
  const account = caller(call);
  const teams = hasTeams(sandbox.settings.current) ? await sandbox.teams.ofMember(account.id) : [];
  const led = teams.filter(({ members }) =>
    members.some(({ userId, role }) => userId === account.id && LEADING.includes(role)),
  );
  const memberIds = led.flatMap(({ members }) => members.map(({ userId }) => userId));
  const people = [account, ...(await sandbox.accounts.byIds([...new Set(memberIds)]))];
  const types = (await Promise.all(led.map(({ id }) => sandbox.eventTypes.ofTeam(id)))).flat();
  return sandbox.bookings.concerning(
    people,
    types.map(({ id }) => id),
  );
}
