import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';

/** In this segment this person is booked through this event type. All ids are ours. */
export interface EventMap {
  segmentId: string;
  staffId: string;
  eventTypeId: string;
}

@Injectable()
export class EventMapsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** In the order of the visit, and of the staff within a segment. */
  async list(companyId: string, serviceId: string, manager = this.database.manager): Promise<EventMap[]> {
    return manager.query(
      `select m.segment_id as "segmentId", m.staff_id as "staffId", m.event_type_id as "eventTypeId"
       from calcom_event_maps m
       join service_segments g on g.company_id = m.company_id and g.service_id = m.service_id and g.id = m.segment_id
       join service_segment_staff t on t.company_id = m.company_id and t.service_id = m.service_id
         and t.segment_id = m.segment_id and t.staff_id = m.staff_id
       where m.company_id = $1 and m.service_id = $2 order by g.position, t.position`,
      [companyId, serviceId],
    );
  }

  /** The whole set of a service, under the service's lock. */
  async replace(manager: EntityManager, companyId: string, serviceId: string, maps: EventMap[]): Promise<void> {
    await manager.query('delete from calcom_event_maps where company_id = $1 and service_id = $2', [
      companyId,
      serviceId,
    ]);
    await manager.query(
      `insert into calcom_event_maps (company_id, service_id, segment_id, staff_id, event_type_id)
       select $1, $2, r.* from jsonb_to_recordset($3::jsonb) as r("segmentId" uuid, "staffId" uuid, "eventTypeId" uuid)`,
      [companyId, serviceId, JSON.stringify(maps)],
    );
  }
}
