import type { FrozenFailure } from '../bookings/saga/sagas.service';
import type { VisitStatus } from './visit-state';

/** A segment as it was last agreed on; instants in milliseconds. It names nobody but the staff. */
export interface AgreedSegment {
  segmentId: string;
  name: string;
  /** The permanent id of its appointment. */
  bookingId: string;
  staffId: string;
  staffName: string;
  eventTypeId: string;
  eventTypeTitle: string;
  startMs: number;
  endMs: number;
  /** Whether whoever did it serves others until the next one begins. */
  gapFreesStaff: boolean;
}

/** Why a visit did not come about, or not to its new time. */
export interface VisitFailure {
  failure: FrozenFailure;
  /** Which segment was refused; absent where none was, but time ran out. */
  segment?: { index: number; segmentId: string; name: string };
}

/** A visit: several segments that are booked, moved and cancelled as one thing. `id` stays the same for its life. */
export interface Visit {
  id: string;
  companyId: string;
  connectionId: string;
  serviceId: string;
  serviceName: string;
  status: VisitStatus;
  segments: AgreedSegment[];
  /** As they are to be, while it is being moved. */
  nextSegments: AgreedSegment[] | null;
  /** In which its times are written. */
  timeZone: string;
  startsAt: Date;
  endsAt: Date;
  /** The saga that works on it, or was the last to. */
  sagaId: string | null;
  failure: VisitFailure | null;
  createdAt: Date;
  updatedAt: Date;
}
