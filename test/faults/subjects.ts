import { BOOKING_WRITES } from './booking-writes';
import { READS } from './reads';
import { SET_UP_WRITES } from './set-up-writes';
import type { Subject } from './subject';

/** Every method of the port that calls the provider. */
export const SUBJECTS: readonly Subject[] = [...READS, ...BOOKING_WRITES, ...SET_UP_WRITES];
