import { SchedulingError, type SchedulingErrorCode } from '../../scheduling/scheduling-error';
import type { Caller } from './call';
import type { CalcomV2Client } from './client';
import { VERSIONED_FAMILIES } from './operations';

/** No server has come this far, but its ids may be this large. */
const NO_TYPE = '2147483647';

type Proof = (client: CalcomV2Client, caller: Caller) => Promise<unknown>;

/** One read for each family that tells its versions apart; the list of bookings has a proof of its own. */
const PROOFS: Partial<Record<string, Proof>> = {
  bookings: (client, caller) => client.probeBookings(caller),
  eventTypes: (client, caller) => client.listEventTypes(caller),
  schedules: (client, caller) => client.listSchedules(caller),
  slots: async (client, caller) => {
    const day = { start: '2050-01-01', end: '2050-01-01' };
    await client.listSlots(caller, { eventTypeId: NO_TYPE, ...day }).catch(unless('EVENT_TYPE_NOT_FOUND'));
  },
};

/**
 * Proves that the server speaks the versions that the connection's settings name: a wrong one routes to an older shape.
 *
 * @throws SchedulingError `UNSUPPORTED` for the first that it does not speak.
 */
export async function assertSpoken(client: CalcomV2Client, caller: Caller): Promise<void> {
  const wished = caller.credential.settings?.apiVersions ?? {};
  for (const family of VERSIONED_FAMILIES) {
    const prove = wished[family] ? PROOFS[family] : undefined;
    await prove?.(client, caller).catch((error: unknown) => {
      const isShape = isCode(error, 'UNAVAILABLE') && (error.details.providerStatus ?? 500) < 500;
      if (!isShape) throw error;
      throw new SchedulingError('UNSUPPORTED', `no such version of ${family}`, {}, { cause: error });
    });
  }
}

function unless(code: SchedulingErrorCode): (error: unknown) => void {
  return (error) => {
    if (!isCode(error, code)) throw error;
  };
}

function isCode(error: unknown, code: SchedulingErrorCode): error is SchedulingError {
  return error instanceof SchedulingError && error.code === code;
}
