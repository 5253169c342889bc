import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkLoggedCalls, contractLine, LoggedCall } from './check-logged-calls';
import { OpenApiContract } from './openapi-contract';

const json = (schema: unknown): unknown => ({ content: { 'application/json': { schema } } });

const FILE = {
  paths: {
    '/v2/things': {
      get: {
        operationId: 'ThingsController_2024_08_13_list',
        parameters: [
          { in: 'header', name: 'cal-api-version', required: true, schema: { type: 'string' } },
          { in: 'query', name: 'take', schema: { type: 'number', maximum: 250 } },
          {
            in: 'query',
            name: 'status',
            schema: { type: 'array', items: { type: 'string', enum: ['past', 'upcoming'] } },
          },
        ],
        responses: { 200: json({ type: 'object', required: ['data'], properties: { data: { type: 'array' } } }) },
      },
      post: {
        operationId: 'ThingsController_create',
        requestBody: { required: true, ...(json({ $ref: '#/components/schemas/NewThing' }) as object) },
        responses: { 201: json({ $ref: '#/components/schemas/Answer' }) },
      },
    },
    '/v2/things/default': { get: { operationId: 'a', responses: { 200: json({ type: 'object' }) } } },
    '/v2/things/{id}': { get: { operationId: 'b', responses: { 200: json({ type: 'object' }) } } },
  },
  components: {
    schemas: {
      NewThing: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          owner: { allOf: [{ $ref: '#/components/schemas/Owner' }] },
          note: { type: 'string', nullable: true },
        },
      },
      Owner: { type: 'object', properties: { email: { type: 'string', format: 'email' } } },
      Answer: {
        type: 'object',
        properties: {
          data: {
            oneOf: [
              { type: 'object', required: ['id'], properties: { id: { type: 'number' }, uid: { type: 'string' } } },
              {
                type: 'array',
                items: { type: 'object', required: ['seatUid'], properties: { seatUid: { type: 'string' } } },
              },
            ],
          },
        },
      },
    },
  },
};

describe('the contract check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  let contract: OpenApiContract;

  beforeAll(() => {
    writeFileSync(join(folder, 'openapi.json'), JSON.stringify(FILE));
    contract = OpenApiContract.load(join(folder, 'openapi.json'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const version = { 'Cal-Api-Version': '2024-08-13' };
  const create = (body: unknown): string[] => contract.checkRequest('POST', '/v2/things', {}, {}, body);

  it('allows a request that the file describes, whatever the letter case of its headers', () => {
    const query = { take: '10', status: 'past,upcoming' };
    expect(contract.checkRequest('GET', '/v2/things', query, version, undefined)).toEqual([]);
    expect(create({ name: 'x', owner: { email: 'a@b.example' }, note: null })).toEqual([]);
  });

  it('names query parameters and headers the file does not know or asks for in vain', () => {
    expect(contract.checkRequest('GET', '/v2/things', { limit: '1' }, { 'x-other': '1' }, undefined)).toEqual([
      'query parameter limit is unknown',
      'header x-other is unknown',
      'header cal-api-version is missing',
      'version undefined is not the described 2024-08-13',
    ]);
  });

  it('reads query values as the types of the file', () => {
    expect(contract.checkRequest('GET', '/v2/things', { take: '251' }, version, undefined)).toHaveLength(1);
    expect(contract.checkRequest('GET', '/v2/things', { take: 'many' }, version, undefined)).toHaveLength(1);
    expect(contract.checkRequest('GET', '/v2/things', { status: 'past,gone' }, version, undefined)).toHaveLength(1);
  });

  it('refuses unknown properties of a body at any depth, and a missing body', () => {
    expect(create({ name: 'x', end: 1 })).toEqual(['/ must NOT have additional properties (end)']);
    expect(create({ name: 'x', owner: { age: 1 } })).toEqual(['/owner must NOT have additional properties (age)']);
    expect(create(undefined)).toEqual(['the body is missing']);
  });

  it('tells of an answer what the best fitting alternative misses', () => {
    const answer = (data: unknown): string[] => contract.checkResponse('POST', '/v2/things', undefined, 201, { data });
    expect(answer({ id: 1, extra: true })).toEqual([]);
    expect(answer([{ seatUid: 'a' }])).toEqual([]);
    expect(answer({ id: 'one', uid: 'u' })).toEqual(['/data/id must be number']);
    expect(answer([{ seatUid: 'a' }, {}])).toEqual(["/data/* must have required property 'seatUid'"]);
  });

  it('knows no refusals, but no other success than the described one either', () => {
    expect(contract.checkResponse('POST', '/v2/things', undefined, 400, { message: 'no' })).toEqual([]);
    expect(contract.checkResponse('POST', '/v2/things', undefined, 200, {})).toEqual(['status 200 is not one of 201']);
  });

  it('prefers a literal path over one with a parameter', () => {
    expect(contract.nameOf('GET', '/v2/things/default')).toBe('GET /v2/things/default');
    expect(contract.nameOf('GET', '/v2/things/7')).toBe('GET /v2/things/{id}');
    expect(contract.checkRequest('PUT', '/v2/things', {}, {}, undefined)).toHaveLength(1);
  });

  it('counts logged calls, and an exception excuses only what it names', () => {
    const call = (status: number, answer: unknown): LoggedCall => {
      const rest = { query: {}, apiVersion: null, key: null, body: { name: 'x' } };
      return { method: 'POST', path: '/v2/things', status, answer, ...rest };
    };
    const calls = [call(201, { data: { id: 'one' } }), call(400, {})];
    const excuse = {
      operations: /^POST \/v2\/things$/,
      part: 'answer' as const,
      texts: [/^\/data\/id must be number/],
      reason: 'why',
    };
    const strict = checkLoggedCalls(calls, contract);
    expect(strict.violations.map(({ text }) => text)).toEqual(['/data/id must be number']);
    const lenient = checkLoggedCalls(calls, contract, [excuse]);
    expect([lenient.violations, lenient.used]).toEqual([[], [excuse]]);
    expect(contractLine(lenient)).toBe('contract: 2 requests and 1 answers checked, 1 exceptions');
  });
});
