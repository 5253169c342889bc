import type { TypeFinding } from './type-findings.module';

type Code =
  | 'NO_STAFF'
  | 'NO_ONE_FOR_ALL'
  | 'STAFF_INACTIVE'
  | 'STAFF_WITHOUT_HOST'
  | 'MAP_MISSING'
  | 'EVENT_TYPE_GONE'
  | 'HOST_NOT_ON_TYPE'
  | 'SEVERAL_HOSTS'
  | 'LENGTH_DIFFERS'
  | 'LENGTH_IS_OPTION';

/** What can stand between a service and its visits beside what the event types say themselves. */
const MAP_REASONS: Record<Code, { blocking: boolean; message: string }> = {
  NO_STAFF: { blocking: true, message: 'Nobody who is at work can do this segment.' },
  NO_ONE_FOR_ALL: { blocking: true, message: 'One person is required, and nobody can be booked for every segment.' },
  STAFF_INACTIVE: { blocking: false, message: 'This person is not at work, and is left out.' },
  STAFF_WITHOUT_HOST: { blocking: true, message: 'It is not known which host at the provider this person is.' },
  MAP_MISSING: { blocking: true, message: 'No event type carries this person in this segment.' },
  EVENT_TYPE_GONE: {
    blocking: true,
    message: 'The event type of the map is gone at the provider, or not shared here.',
  },
  HOST_NOT_ON_TYPE: { blocking: true, message: 'This person does not host the event type of the map.' },
  SEVERAL_HOSTS: { blocking: true, message: 'The provider picks one of several hosts, so somebody else may come.' },
  LENGTH_DIFFERS: { blocking: true, message: 'The event type has another length than the segment.' },
  LENGTH_IS_OPTION: {
    blocking: true,
    message: 'The length of the segment is only an option of the event type; a booking gets the type’s own length.',
  },
};

export type Finding = Omit<TypeFinding, 'code'> & { code: string };

export function mapFinding(
  code: Code,
  evidence: Finding['evidence'] = {},
  blocking = MAP_REASONS[code].blocking,
): Finding {
  return { code, blocking, message: MAP_REASONS[code].message, evidence };
}
