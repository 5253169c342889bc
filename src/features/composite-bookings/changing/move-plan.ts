import type { VisitPart } from '../../availability/composite/visit-offers.service';
import type { GroupedAppointment } from '../../bookings/grouped-appointments.service';
import type { AgreedSegment } from '../visit';
import { isOver } from '../visit-truth';

/** What becomes of one segment when its visit gets new times. */
export interface SegmentMove {
  index: number;
  part: VisitPart;
  /** `stay`: it is where it is to be. `move`: its booking gets a new time. `book`: a new booking takes its place. */
  how: 'stay' | 'move' | 'book';
  /** Its booking, where it has one that is not over. */
  booking?: GroupedAppointment & { uid: string };
}

/** A booking that is still there keeps its event type when it is moved; for everything else a new one is made first. */
export function movesOf(
  segments: readonly AgreedSegment[],
  appointments: readonly GroupedAppointment[],
  parts: readonly VisitPart[],
): SegmentMove[] {
  return parts.map((part, index): SegmentMove => {
    const { bookingId } = segments[index]!;
    const found = appointments.find(({ id }) => id === bookingId);
    if (!found || found.uid === null || isOver(found)) return { index, part, how: 'book' };
    const booking = { ...found, uid: found.uid };
    if (found.eventTypeId !== part.eventType.id) return { index, part, how: 'book', booking };
    return { index, part, how: found.startMs === part.startMs ? 'stay' : 'move', booking };
  });
}

/**
 * The order in which it is done, first one first: nothing goes where a booking of the same visit still is. Undefined
 * when there is none, because bookings would have to change places, or a new one would have to stand where its former is.
 */
export function moveOrder(
  moves: readonly SegmentMove[],
  staffOf: (move: SegmentMove) => string,
): SegmentMove[] | undefined {
  const ordered: SegmentMove[] = [];
  let left = moves.filter(({ how }) => how !== 'stay');
  // A booking that is only replaced stays until all of it is done, so nothing can ever go where it is.
  const isInTheWay = (other: SegmentMove, move: SegmentMove): boolean => {
    const isGone = other.how === 'move' && (other === move || ordered.includes(other));
    return !isGone && other.booking !== undefined && meets(other, move, staffOf);
  };
  while (left.length > 0) {
    const free = left.filter((move) => !moves.some((other) => isInTheWay(other, move)));
    // Of those that can go, the last segment first, as a visit is booked.
    const next = free.at(-1);
    if (!next) return undefined;
    ordered.push(next);
    left = left.filter((move) => move !== next);
  }
  return ordered;
}

/** Whether one's booking is where the other is to be, with the buffers of both. */
function meets(other: SegmentMove, move: SegmentMove, staffOf: (move: SegmentMove) => string): boolean {
  const { booking } = other;
  if (!booking || staffOf(other) !== move.part.staffId) return false;
  const { startMs, endMs, eventType } = move.part;
  const wanted = withBuffers(startMs, endMs, eventType);
  // Of a type that it does not keep only the length is known here.
  const standing = withBuffers(booking.startMs, booking.endMs, other.how === 'book' ? undefined : other.part.eventType);
  return standing.fromMs < wanted.toMs && wanted.fromMs < standing.toMs;
}

function withBuffers(startMs: number, endMs: number, eventType?: VisitPart['eventType']) {
  const { beforeBufferMinutes = 0, afterBufferMinutes = 0 } = eventType?.definition ?? {};
  return { fromMs: startMs - beforeBufferMinutes * 60_000, toMs: endMs + afterBufferMinutes * 60_000 };
}
