import { at, monday } from './days';
import { Replay } from './replay';
import { slotFacts } from './slot-facts';

/** Recorded on a server of May 2025: the current one has no teams at all. */
export async function teams(replay: Replay): Promise<void> {
  const { client } = replay;
  await client.fresh({ teams: true });
  const ids: number[] = [];
  for (const { key } of [client.owner, client.other]) {
    ids.push((await client.ok({ method: 'GET', path: '/v2/me', account: key })).id as number);
  }
  const hosts = ids.map((userId) => ({ userId }));
  const created = await replay.run('teams.create');
  const team = created.body?.data?.id as number;
  await replay.run('teams.get', { path: [team] });
  const body = { userId: ids[1], accepted: true, role: 'MEMBER' };
  await client.ok({ method: 'POST', path: `/v2/teams/${team}/memberships`, body });
  const collective = await replay.run('teams.type-collective', { path: [team], body: { hosts } });
  const roundRobin = await replay.run('teams.type-round-robin', { path: [team], body: { hosts } });
  await replay.run('teams.types-list', { path: [team] });
  const rotating = roundRobin.body?.data?.id as number;
  await replay.run('teams.slots-round-robin', { path: [rotating, monday(), monday()] }, (answer) => ({
    slots: slotFacts(answer, monday()),
  }));
  // 15:00Z is the first hour in which both hosts work.
  const start = at(monday(), '15:00');
  const together = { body: { eventTypeId: collective.body?.data?.id, start } };
  const booked = await replay.run('teams.book-collective', together);
  await replay.run('teams.book-collective-taken', together);
  const later = at(monday(1), '15:00');
  await client.book(rotating, later, 'tm-r1');
  await replay.run('teams.book-round-robin-2', { body: { eventTypeId: rotating, start: later } });
  await replay.run('teams.cancel-collective', { path: [booked.body?.data?.uid as string] });
  await replay.run('teams.type-managed', { path: [team] });
  await replay.run('teams.delete', { path: [team] });
}

export async function noTeams(replay: Replay): Promise<void> {
  await replay.client.fresh({ teams: false });
  await replay.run('teams.create');
}
