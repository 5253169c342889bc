import { randomUUID } from 'node:crypto';
import { PERM, ROOT_COLOUR } from '../fixtures/services/field-notes';
import { Salon } from '../fixtures/services/salon';
import { startTestService, type TestCompany, type TestService } from '../support/service';

describe('services', () => {
  let service: TestService;
  let salon: Salon;
  let other: TestCompany;

  beforeAll(async () => {
    service = await startTestService();
    salon = await Salon.open(service);
    other = await service.createCompany();
  });
  afterAll(() => service?.stop());

  const cut = () => ({ name: 'Cut', durationMinutes: 40, staffIds: [salon.maria.id] });
  const faultsOf = ({ body }: { body: any }) =>
    body.error.details.fields.map(({ field }: { field: string }) => field).sort();

  it('are kept as they were said: segments in order, gaps, staff in order, and how long a visit is', async () => {
    const perm = await salon.sells('Perm', PERM);
    expect(perm).toMatchObject({
      name: 'Perm',
      kind: 'composite',
      length: { minMinutes: 135, maxMinutes: 135 },
      onePerson: 'preferred',
      allowConfirmation: false,
    });
    const staffIds = [salon.maria.id, salon.jonas.id];
    expect(perm.segments).toEqual(
      PERM.map((segment) => ({
        id: expect.any(String),
        ...segment,
        ...(segment.gapAfter ? { gapFreesStaff: true } : {}),
        staffIds,
      })),
    );
    expect((await salon.call('GET', `/api/services/${perm.id}`)).body).toEqual(perm);
  });

  it('may be of one segment, which makes a simple one', async () => {
    const made = await salon.ok('POST', '/api/services', { name: ' Cut ', segments: [cut()] });
    expect(made).toMatchObject({ name: 'Cut', kind: 'simple', length: { minMinutes: 40, maxMinutes: 40 } });
  });

  it('keep the id of every segment that is named again, whatever else changes, and no other', async () => {
    const before = await salon.sells('Colour', ROOT_COLOUR);
    const [colour, wash, cutting] = before.segments;
    const segments = [
      { ...cutting, id: undefined, name: 'cut ', durationMinutes: 45 },
      { ...colour, id: undefined, gapFreesStaff: false },
      { ...wash, id: undefined, name: 'Rinse' },
    ];
    const after = await salon.ok('PATCH', `/api/services/${before.id}`, { segments });
    expect(after.segments.slice(0, 2)).toEqual([
      { ...cutting, name: 'cut', durationMinutes: 45 },
      { ...colour, gapFreesStaff: false },
    ]);
    expect(before.segments.map(({ id }: any) => id)).not.toContain(after.segments[2].id);
    expect(after.segments).toHaveLength(3);
  });

  it('keep what a change leaves out', async () => {
    const before = await salon.sells('Kept', ROOT_COLOUR, { onePerson: 'required' });
    const after = await salon.ok('PATCH', `/api/services/${before.id}`, { name: 'Renamed', allowConfirmation: true });
    expect(after).toEqual({ ...before, name: 'Renamed', allowConfirmation: true });
  });

  it('name every field at fault by its path', async () => {
    const answer = await salon.call('POST', '/api/services', {
      name: ' ',
      onePerson: 'maybe',
      segments: [
        { ...cut(), durationMinutes: 4 },
        { ...cut(), name: '', durationMinutes: 481, gapAfter: { minMinutes: -1, maxMinutes: 0 } },
        { ...cut(), durationMinutes: '40', staffIds: ['x'], gapFreesStaff: 'yes', extra: 1 },
        { ...cut(), gapAfter: { minMinutes: 1.5 } },
      ],
    });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(faultsOf(answer)).toEqual([
      'name',
      'onePerson',
      'segments.0.durationMinutes',
      'segments.1.durationMinutes',
      'segments.1.gapAfter.maxMinutes',
      'segments.1.gapAfter.minMinutes',
      'segments.1.name',
      'segments.2.durationMinutes',
      'segments.2.extra',
      'segments.2.gapFreesStaff',
      'segments.2.staffIds',
      'segments.3.gapAfter.maxMinutes',
      'segments.3.gapAfter.minMinutes',
    ]);
  });

  it('name every contradiction between their segments by its path, also in a change', async () => {
    const segments = [
      { ...cut(), gapAfter: { minMinutes: 20, maxMinutes: 10 } },
      { ...cut(), name: ' CUT', gapFreesStaff: true, staffIds: [salon.jonas.id, salon.jonas.id.toUpperCase()] },
      { ...cut(), name: 'Long', gapAfter: { minMinutes: 0, maxMinutes: 1_440 } },
    ];
    const fields = [
      'onePerson',
      'segments',
      'segments.0.gapAfter.minMinutes',
      'segments.1.gapFreesStaff',
      'segments.1.name',
      'segments.1.staffIds.1',
      'segments.2.gapAfter',
    ];
    const made = await salon.call('POST', '/api/services', { name: 'X', onePerson: 'required', segments });
    expect([made.status, faultsOf(made)]).toEqual([400, fields]);
    const known = await salon.sells('Sound', PERM, { onePerson: 'required' });
    const changed = await salon.call('PATCH', `/api/services/${known.id}`, { segments });
    expect([changed.status, faultsOf(changed)]).toEqual([400, fields]);
    expect((await salon.call('GET', `/api/services/${known.id}`)).body).toEqual(known);
  });

  it('cannot be made to require one person where nobody can do everything', async () => {
    const segments = [
      { ...cut(), name: 'A' },
      { ...cut(), name: 'B', staffIds: [salon.jonas.id] },
    ];
    const made = await salon.ok('POST', '/api/services', { name: 'Split', segments });
    const changed = await salon.call('PATCH', `/api/services/${made.id}`, { onePerson: 'required' });
    expect([changed.status, faultsOf(changed)]).toEqual([400, ['onePerson']]);
  });

  it.each<[string, unknown]>([
    ['no segments', []],
    ['seven segments', Array.from({ length: 7 }, (_, i) => ({ name: `S${i}`, durationMinutes: 30, staffIds: [] }))],
    ['null', null],
    ['an object', { 0: { name: 'A', durationMinutes: 30, staffIds: [] } }],
    ['a list of nothing', [null]],
    ['a list in a list', [[]]],
    ['a text', ['Cut']],
  ])('refuse %s for segments with 400', async (_, segments) => {
    const answer = await salon.call('POST', '/api/services', { name: 'X', segments });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
  });

  it.each([[[]], ['x'], [null], [5]])('refuse %j for a gap with 400', async (gapAfter) => {
    const segments = [
      { ...cut(), gapAfter },
      { ...cut(), name: 'B' },
    ];
    const answer = await salon.call('POST', '/api/services', { name: 'X', segments });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
  });

  it("do not take another company's staff, and say so as for nobody", async () => {
    const foreign = await service.call('POST', '/api/staff', { key: other.secretKey, body: { name: 'Eva' } });
    for (const id of [foreign.body.id, randomUUID()]) {
      const segments = [cut(), { ...cut(), name: 'B', staffIds: [salon.maria.id, id] }];
      const { status, body } = await salon.call('POST', '/api/services', { name: 'X', segments });
      expect([status, body.error.code]).toEqual([404, 'STAFF_NOT_FOUND']);
      expect(body.error.details).toEqual({
        fields: [{ field: 'segments.1.staffIds.1', reason: 'there is no such person' }],
      });
    }
  });

  it('are listed oldest first, page by page, each once', async () => {
    const names = ['L1', 'L2', 'L3', 'L4', 'L5'];
    for (const name of names) {
      await service.call('POST', '/api/services', {
        key: other.secretKey,
        body: { name, segments: [{ name: 'Cut', durationMinutes: 30, staffIds: [] }] },
      });
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const path = `/api/services?limit=2${cursor && `&cursor=${cursor}`}`;
      const { body } = await service.call('GET', path, { key: other.secretKey });
      seen.push(...body.data.map(({ name }: any) => name));
      cursor = body.nextCursor ?? '';
    } while (cursor);
    expect(seen).toEqual(names);
  });

  it('are gone after their deletion, for good', async () => {
    const { id } = await salon.sells('Gone', PERM);
    expect((await salon.call('DELETE', `/api/services/${id}`)).status).toBe(204);
    for (const [method, body] of [['GET'], ['PATCH', { name: 'Back' }], ['DELETE']] as const) {
      const answer = await salon.call(method, `/api/services/${id}`, body);
      expect([answer.status, answer.body.error.code]).toEqual([404, 'SERVICE_NOT_FOUND']);
    }
    const { body } = await salon.call('GET', '/api/services?limit=100');
    expect(body.data.map((one: any) => one.id)).not.toContain(id);
  });

  it("answer another company's id exactly as none, and change nothing", async () => {
    const made = await salon.sells('Walled', PERM);
    const at = (id: string): [string, string, object?][] => [
      ['GET', `/api/services/${id}`],
      ['PATCH', `/api/services/${id}`, { name: 'Mine' }],
      ['DELETE', `/api/services/${id}`],
      ['GET', `/api/services/${id}/event-type-maps`],
      ['PUT', `/api/services/${id}/event-type-maps`, { maps: [] }],
      ['GET', `/api/services/${id}/readiness`],
    ];
    const none = at(randomUUID());
    for (const [index, [method, path, body]] of at(made.id).entries()) {
      const foreign = await service.call(method, path, { key: other.secretKey, body });
      const absent = await service.call(method, none[index]![1], { key: other.secretKey, body });
      expect([method, path, foreign.status, foreign.body.error.code]).toEqual([method, path, 404, 'SERVICE_NOT_FOUND']);
      expect({ ...foreign.body.error, correlationId: '', timestamp: '' }).toEqual({
        ...absent.body.error,
        correlationId: '',
        timestamp: '',
      });
    }
    expect((await salon.call('GET', `/api/services/${made.id}`)).body).toEqual(made);
  });

  it('are shown to a publishable key by name, length and who is at work, and changed by none', async () => {
    const made = await salon.sells('Shown', ROOT_COLOUR);
    const key = salon.company.publishableKey;
    const seen = await salon.call('GET', `/api/services/${made.id}`, undefined, key);
    const page = {
      id: made.id,
      name: 'Shown',
      kind: 'composite',
      length: { minMinutes: 135, maxMinutes: 150 },
      staff: [
        { id: salon.maria.id, name: 'Maria' },
        { id: salon.jonas.id, name: 'Jonas' },
      ],
    };
    expect([seen.status, seen.body]).toEqual([200, page]);
    expect((await salon.call('GET', '/api/services?limit=100', undefined, key)).body.data).toContainEqual(page);
    for (const [method, path, body] of [
      ['POST', '/api/services', { name: 'X', segments: [cut()] }],
      ['PATCH', `/api/services/${made.id}`, { name: 'X' }],
      ['DELETE', `/api/services/${made.id}`],
      ['GET', `/api/services/${made.id}/event-type-maps`],
      ['GET', `/api/services/${made.id}/readiness`],
      ['GET', '/api/staff'],
    ] as const) {
      expect([path, (await salon.call(method, path, body, key)).status]).toEqual([path, 403]);
    }
  });
});
