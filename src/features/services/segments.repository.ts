import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import { type Segment, segmentKey } from './segments';
import type { KeptSegment } from './services.repository';

/** Writes the segments of a service as a whole, within the caller's transaction and under the service's lock. */
@Injectable()
export class SegmentsRepository {
  /**
   * A segment that is named again keeps its id, and with it the maps of the staff who stay; one that is not goes with its
   * maps.
   */
  async replace(manager: EntityManager, companyId: string, serviceId: string, segments: Segment[]): Promise<void> {
    const ids = await this.idsByKey(manager, companyId, serviceId);
    const kept = segments.map((segment) => ({ ...segment, id: ids.get(segmentKey(segment)) ?? randomUUID() }));
    await manager.query(
      'delete from service_segments where company_id = $1 and service_id = $2 and id <> all($3::uuid[])',
      [companyId, serviceId, kept.map(({ id }) => id)],
    );
    await writeSegments(manager, companyId, serviceId, kept);
    await writeStaff(manager, companyId, serviceId, kept);
  }

  private async idsByKey(manager: EntityManager, companyId: string, serviceId: string): Promise<Map<string, string>> {
    const rows = await manager.query<{ id: string; name: string }[]>(
      'select id, name from service_segments where company_id = $1 and service_id = $2',
      [companyId, serviceId],
    );
    return new Map(rows.map((row) => [segmentKey(row), row.id]));
  }
}

async function writeSegments(manager: EntityManager, companyId: string, serviceId: string, segments: KeptSegment[]) {
  const rows = segments.map(({ id, name, durationMinutes, gapAfter, gapFreesStaff }, position) => ({
    id,
    position,
    name,
    duration: durationMinutes,
    gap_min: gapAfter?.minMinutes,
    gap_max: gapAfter?.maxMinutes,
    gap_frees: gapFreesStaff,
  }));
  await manager.query(
    `insert into service_segments (company_id, service_id, id, position, name, duration_minutes, gap_min_minutes,
       gap_max_minutes, gap_frees_staff)
     select $1, $2, r.* from jsonb_to_recordset($3::jsonb) as r(id uuid, position integer, name text,
       duration integer, gap_min integer, gap_max integer, gap_frees boolean)
     on conflict (company_id, service_id, id) do update
       set position = excluded.position, name = excluded.name, duration_minutes = excluded.duration_minutes,
         gap_min_minutes = excluded.gap_min_minutes, gap_max_minutes = excluded.gap_max_minutes,
         gap_frees_staff = excluded.gap_frees_staff`,
    [companyId, serviceId, JSON.stringify(rows)],
  );
}

async function writeStaff(manager: EntityManager, companyId: string, serviceId: string, segments: KeptSegment[]) {
  const rows = segments.flatMap(({ id, staffIds }) =>
    staffIds.map((staff, position) => ({ segment: id, staff, position })),
  );
  const values = [companyId, serviceId, JSON.stringify(rows)];
  const wanted = 'jsonb_to_recordset($3::jsonb) as r(segment uuid, staff uuid, position integer)';
  await manager.query(
    `delete from service_segment_staff t where company_id = $1 and service_id = $2
       and not exists (select 1 from ${wanted} where r.segment = t.segment_id and r.staff = t.staff_id)`,
    values,
  );
  await manager.query(
    `insert into service_segment_staff (company_id, service_id, segment_id, staff_id, position)
     select $1, $2, r.* from ${wanted}
     on conflict (company_id, service_id, segment_id, staff_id) do update set position = excluded.position`,
    values,
  );
}
