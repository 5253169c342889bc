import { made } from './http';
import type { Person } from './team';

/** A segment of a visit: how long, what follows, and which of the company's people can do it, by their place. */
interface Segment {
  minutes: number;
  gap?: { minMinutes: number; maxMinutes: number };
  by: readonly number[];
}

/** A service that is sold as a visit. */
export interface Sold {
  id: string;
  segments: readonly Segment[];
}

const ALL = [0, 1, 2];
const GAP = { minMinutes: 15, maxMinutes: 30 };

/** What each company sells; one, two or three people, with and without gaps. None takes more than 150 minutes. */
const VISITS: readonly (readonly Segment[])[][] = [
  [
    [
      { minutes: 30, by: [0, 1] },
      { minutes: 15, by: ALL },
    ],
    [
      { minutes: 15, by: [1, 2], gap: GAP },
      { minutes: 15, by: [0, 1] },
      { minutes: 15, by: ALL, gap: GAP },
      { minutes: 15, by: [0] },
      { minutes: 15, by: [1, 2] },
      { minutes: 15, by: ALL },
    ],
  ],
  [
    [
      { minutes: 30, by: ALL, gap: GAP },
      { minutes: 15, by: [1, 2] },
      { minutes: 30, by: [0, 2] },
    ],
    [
      { minutes: 15, by: [0, 1] },
      { minutes: 15, by: [2] },
      { minutes: 15, by: ALL, gap: GAP },
      { minutes: 30, by: [1, 2] },
      { minutes: 15, by: [0, 1] },
    ],
  ],
  [
    [
      { minutes: 15, by: [0, 1], gap: GAP },
      { minutes: 30, by: [0, 2] },
      { minutes: 15, by: ALL, gap: GAP },
      { minutes: 15, by: [1] },
    ],
    [
      { minutes: 15, by: [0, 2], gap: GAP },
      { minutes: 30, by: ALL },
      { minutes: 15, by: [1, 2] },
    ],
  ],
];

/** Services of one company, each segment with an event type for each of its people. */
export async function sellVisits(
  service: string,
  key: string,
  { teamId, staff, index }: { teamId: string; staff: Person[]; index: number },
): Promise<Sold[]> {
  const sold: Sold[] = [];
  for (const [place, segments] of VISITS[index % VISITS.length]!.entries()) {
    const name = `Visit ${place + 1}`;
    const body = { name, segments: segments.map((segment, at) => described(segment, at, staff)) };
    const created = await made('POST', `${service}/api/services`, { key, body });
    const maps: object[] = [];
    for (const [at, { minutes, by }] of segments.entries()) {
      for (const who of by) {
        const person = staff[who]!;
        const slug = `visit-${place}-${at}-${who}`;
        const type = typeOf(person, { slug, minutes, teamId });
        const { id: eventTypeId } = await made('POST', `${service}/api/event-types`, { key, body: type });
        maps.push({ segmentId: created.segments[at].id, staffId: person.id, eventTypeId });
      }
    }
    await made('PUT', `${service}/api/services/${created.id}/event-type-maps`, { key, body: { maps } });
    sold.push({ id: created.id, segments });
  }
  return sold;
}

function described({ minutes, gap, by }: Segment, at: number, staff: Person[]): object {
  const staffIds = by.map((who) => staff[who]!.id);
  return { name: `Part ${at + 1}`, durationMinutes: minutes, staffIds, ...(gap ? { gapAfter: gap } : {}) };
}

/** The owner's own, or one of the team that only this person hosts. */
function typeOf(
  { isOwner, hostId }: Person,
  { slug, minutes, teamId }: { slug: string; minutes: number; teamId: string },
): object {
  const type = { title: slug, slug, lengthMinutes: minutes, slotIntervalMinutes: 15 };
  if (isOwner) return type;
  return { ...type, teamId, schedulingType: 'collective', hostIds: [String(hostId)] };
}
