import type { ProviderCapabilities, SchedulingProvider } from '../../../src/scheduling/provider-port';
import { CAL_DIY, CalcomHarness, Dialect, HOSTED, startCalcomV2 } from './calcom-v2-harness';

/** What connections know of their server, and what operators say of its versions. */
describe.each([CAL_DIY, HOSTED])('$name, in versions that a connection sets', (dialect: Dialect) => {
  let harness: CalcomHarness;
  let account: SchedulingProvider;
  beforeAll(async () => {
    harness = await startCalcomV2(dialect);
    account = await harness.account('Europe/Berlin');
  });
  afterAll(() => harness.stop());

  const set = (apiVersions: Record<string, string>, capabilities?: ProviderCapabilities): SchedulingProvider =>
    harness.again(account, { settings: { apiVersions }, ...(capabilities ? { capabilities } : {}) });
  const isHosted = dialect.settings.hosted;
  const listed = async (): Promise<unknown[]> =>
    (await harness.control('calls?operation=bookings.list')).map((call: { apiVersion: string }) => call.apiVersion);

  it('keeps to the list that is set, and looks for no other', async () => {
    const before = (await listed()).length;
    const { capabilities } = await set({ bookingList: '2024-08-13' }).verify();
    expect(capabilities).toEqual({ ...dialect.capabilities, bookingList: 'pages' });
    expect((await listed()).slice(before)).toEqual(['2024-08-13']);
  });

  it('has the list by cursor where it is set and the server has it, and says so where not', async () => {
    const verified = set({ bookingList: '2026-05-01' }).verify();
    if (isHosted) expect((await verified).capabilities.bookingList).toBe('cursor');
    else await expect(verified).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('asks for the list that is set, whatever was found out before', async () => {
    const before = (await listed()).length;
    await set({ bookingList: '2024-08-13' }, { ...dialect.capabilities, bookingList: 'cursor' }).listBookings({});
    if (isHosted) await set({ bookingList: '2026-05-01' }, dialect.capabilities).listBookings({});
    expect((await listed()).slice(before)).toEqual(isHosted ? ['2024-08-13', '2026-05-01'] : ['2024-08-13']);
  });

  it('is verified in other versions that the server speaks', async () => {
    const versions = { schedules: '2024-06-14', ...(isHosted ? { bookings: '2026-02-25' } : {}) };
    expect((await set(versions).verify()).capabilities).toEqual(dialect.capabilities);
  });

  it.each([
    ['bookings', '2024-06-14'],
    ['bookings', '2024-09-04'],
    ['bookings', '2026-05-01'],
    ['bookings', '2099-01-01'],
    ['slots', '2024-08-13'],
    ['slots', '2099-01-01'],
    ['eventTypes', '2024-04-15'],
    ['eventTypes', '2024-08-13'],
    ['schedules', '2024-04-15'],
    ['schedules', '2024-09-04'],
    ['bookingList', '2024-09-04'],
    ['bookingList', '2024-04-15'],
  ])('is not verified with %s in %s, which means something else', async (family, version) => {
    await expect(set({ [family]: version }).verify()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  it('reads a record of before lists were told apart as one of a list by numbers', async () => {
    const { bookingList: _later, ...older } = dialect.capabilities;
    const before = (await listed()).length;
    const provider = harness.again(account, { capabilities: older as ProviderCapabilities });
    await provider.listBookings({});
    await provider.findByRef('never-sent', {});
    expect((await listed()).slice(before)).toEqual(['2024-08-13', '2024-08-13']);
  });
});
