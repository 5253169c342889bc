import type { EventTypeRecord } from '../event-types/event-types.service';
import type { EventMap } from './event-maps.repository';
import type { FieldFault, Segment } from './segments';
import type { Service } from './services.repository';
import type { StaffMember } from './staff.repository';

/** How an event type can give a booking the length of a segment. */
export type LengthFit = 'equal' | 'option' | 'different';

export function lengthFit(
  { definition }: EventTypeRecord,
  { durationMinutes }: Pick<Segment, 'durationMinutes'>,
): LengthFit {
  if (definition.lengthMinutes === durationMinutes) return 'equal';
  return definition.lengthOptions.includes(durationMinutes) ? 'option' : 'different';
}

export function isHostedBy({ definition }: EventTypeRecord, { hostId }: Pick<StaffMember, 'hostId'>): boolean {
  return definition.hosts.some(({ id }) => id === hostId);
}

export interface Known {
  service: Service;
  staff: Map<string, StaffMember>;
  types: Map<string, EventTypeRecord>;
}

/** Rows that name an event type which the company does not have, by the field that names it. */
export function unknownTypes(maps: EventMap[], { types }: Pick<Known, 'types'>): FieldFault[] {
  return maps.flatMap(({ eventTypeId }, index) =>
    types.has(eventTypeId) ? [] : [{ field: `maps.${index}.eventTypeId`, reason: 'there is no such event type' }],
  );
}

/** The first thing that is wrong with each row, where every event type is known. Empty when all of them fit. */
export function mapFaults(maps: EventMap[], known: Known): FieldFault[] {
  return maps.flatMap((map, index) => {
    const fault = repeated(maps, index) ?? placeFault(map, known) ?? typeFault(map, known);
    return fault ? [{ field: `maps.${index}.${fault.field}`, reason: fault.reason }] : [];
  });
}

function repeated(maps: EventMap[], index: number): FieldFault | undefined {
  const { segmentId, staffId } = maps[index]!;
  const first = maps.findIndex((map) => map.segmentId === segmentId && map.staffId === staffId);
  return first === index ? undefined : { field: 'staffId', reason: `has this segment in row ${first} already` };
}

function placeFault({ segmentId, staffId }: EventMap, { service }: Known): FieldFault | undefined {
  const segment = service.segments.find(({ id }) => id === segmentId);
  if (!segment) return { field: 'segmentId', reason: 'is not a segment of this service' };
  if (!segment.staffIds.includes(staffId))
    return { field: 'staffId', reason: 'is not among those who do this segment' };
  return undefined;
}

function typeFault(
  { segmentId, staffId, eventTypeId }: EventMap,
  { service, staff, types }: Known,
): FieldFault | undefined {
  const segment = service.segments.find(({ id }) => id === segmentId)!;
  const member = staff.get(staffId);
  const type = types.get(eventTypeId)!;
  if (!member?.hostId) return { field: 'staffId', reason: 'is no host yet: match the staff, or give the hostId' };
  if (!isHostedBy(type, member)) return { field: 'eventTypeId', reason: 'is not hosted by this person' };
  if (lengthFit(type, segment) !== 'different') return undefined;
  return { field: 'eventTypeId', reason: `has not the length of the segment, ${segment.durationMinutes} minutes` };
}
