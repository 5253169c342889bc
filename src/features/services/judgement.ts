import type { EventTypeRecord } from '../event-types/event-types.service';
import type { EventMap } from './event-maps.repository';
import { isHostedBy, lengthFit } from './map-faults';
import { type Finding, mapFinding } from './map-reasons';
import type { KeptSegment, Service } from './services.repository';
import type { StaffMember } from './staff.repository';
import type { FindingsOf } from './type-findings.module';

/** Everything that is known of a service at one moment. */
export interface ServiceFacts {
  service: Service;
  staff: Map<string, StaffMember>;
  maps: EventMap[];
  types: Map<string, EventTypeRecord>;
}

/** One person in one segment. */
export interface JudgedRow {
  segment: KeptSegment;
  member: StaffMember;
  /** The event type that carries them; absent where there is none. */
  type?: EventTypeRecord;
  findings: Finding[];
  /** At work, and nothing blocks. */
  usable: boolean;
}

export interface Judgement {
  /** In the order of the visit, and of the staff within a segment. */
  rows: JudgedRow[];
  /** About a segment as a whole. */
  ofSegments: { segment: KeptSegment; finding: Finding }[];
  ofService: Finding[];
  /** Whether a visit can be booked with somebody: every segment has a usable row, and one person all, where required. */
  bookable: boolean;
}

/** Whether a service can be sold, and everything that speaks against it. */
export function judge(facts: ServiceFacts, findingsOf: FindingsOf): Judgement {
  const { segments, onePerson } = facts.service;
  const rows = segments.flatMap((segment, index) =>
    segment.staffIds.flatMap((id) => judgeRow(facts, index, facts.staff.get(id), findingsOf)),
  );
  const usable = segments.map(({ id }) => rows.filter((row) => row.usable && row.segment.id === id));
  const ofSegments = segments
    .filter(({ id }) => !rows.some((row) => row.segment.id === id && row.member.active))
    .map((segment) => ({ segment, finding: mapFinding('NO_STAFF') }));
  const able = new Set(usable.flatMap((ofOne) => ofOne.map(({ member }) => member.id)));
  const forAll = [...able].some((id) => usable.every((ofOne) => ofOne.some(({ member }) => member.id === id)));
  const manned = usable.every((ofOne) => ofOne.length > 0);
  // Where a segment has nobody at all, that is the fault to name.
  const split = manned && onePerson === 'required' && !forAll;
  return { rows, ofSegments, ofService: split ? [mapFinding('NO_ONE_FOR_ALL')] : [], bookable: manned && !split };
}

function judgeRow(
  facts: ServiceFacts,
  index: number,
  member: StaffMember | undefined,
  findingsOf: FindingsOf,
): JudgedRow[] {
  if (!member) return [];
  const segment = facts.service.segments[index]!;
  const map = facts.maps.find(({ segmentId, staffId }) => segmentId === segment.id && staffId === member.id);
  const type = map && facts.types.get(map.eventTypeId);
  const findings = member.active
    ? rowFindings(facts, index, member, map, type, findingsOf)
    : [mapFinding('STAFF_INACTIVE')];
  const usable = member.active && type !== undefined && !findings.some(({ blocking }) => blocking);
  return [{ segment, member, ...(type ? { type } : {}), findings, usable }];
}

function rowFindings(
  { service }: ServiceFacts,
  index: number,
  member: StaffMember,
  map: EventMap | undefined,
  type: EventTypeRecord | undefined,
  findingsOf: FindingsOf,
): Finding[] {
  const host = member.hostId === null ? [mapFinding('STAFF_WITHOUT_HOST')] : [];
  if (!map) return [...host, mapFinding('MAP_MISSING')];
  if (!type) return [...host, mapFinding('EVENT_TYPE_GONE', { eventTypeId: map.eventTypeId })];
  const ofType = findingsOf(type.definition).map((finding) => forVisit(finding, service, index, type));
  return [
    ...host,
    ...hostFindings(type, member, service),
    ...lengthFindings(type, service.segments[index]!),
    ...ofType,
  ];
}

function hostFindings(type: EventTypeRecord, member: StaffMember, { onePerson }: Service): Finding[] {
  const { hosts, schedulingType } = type.definition;
  if (member.hostId === null || hosts.length === 0) return [];
  if (!isHostedBy(type, member)) return [mapFinding('HOST_NOT_ON_TYPE', { hostId: member.hostId })];
  if (schedulingType !== 'round-robin' || hosts.length === 1) return [];
  return [mapFinding('SEVERAL_HOSTS', { hosts: hosts.length }, onePerson !== 'indifferent')];
}

function lengthFindings(type: EventTypeRecord, segment: KeptSegment): Finding[] {
  const fit = lengthFit(type, segment);
  if (fit === 'equal') return [];
  const evidence = { lengthMinutes: type.definition.lengthMinutes, neededMinutes: segment.durationMinutes };
  return [mapFinding(fit === 'option' ? 'LENGTH_IS_OPTION' : 'LENGTH_DIFFERS', evidence)];
}

/** What is a nuisance for one booking can make a visit of several impossible, and what a service allows is none. */
function forVisit(finding: Finding, service: Service, index: number, type: EventTypeRecord): Finding {
  const composite = service.segments.length > 1;
  switch (finding.code) {
    case 'CONFIRMATION_REQUIRED':
      return { ...finding, blocking: !service.allowConfirmation };
    case 'CANCELLING_DISABLED':
      // All segments or none: those that were booked before a refused one must be taken back.
      return { ...finding, blocking: composite };
    case 'BUFFERS':
      return { ...finding, blocking: service.onePerson === 'required' && !buffersFit(service, index, type) };
    default:
      return finding;
  }
}

/** Whether one person can do this segment and those beside it: the buffers must go into the gaps. */
function buffersFit({ segments }: Service, index: number, { definition }: EventTypeRecord): boolean {
  const before = index === 0 ? Infinity : (segments[index - 1]!.gapAfter?.maxMinutes ?? 0);
  const after = index === segments.length - 1 ? Infinity : (segments[index]!.gapAfter?.maxMinutes ?? 0);
  return definition.beforeBufferMinutes <= before && definition.afterBufferMinutes <= after;
}
