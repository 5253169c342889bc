import Fastify from 'fastify';
import { ApiError } from '../errors/api-error';
import { registerBodyParsers } from './body-parser';
import { correlationId } from './correlation-id';
import { decodeCursor, encodeCursor, pageOf } from './cursor';

async function answerTo(payload: string | Buffer, contentType = 'application/json') {
  const fastify = Fastify({ bodyLimit: 100_000 });
  registerBodyParsers(fastify);
  fastify.setErrorHandler((error, _request, reply) => {
    const status = error instanceof ApiError ? error.status : ((error as { statusCode?: number }).statusCode ?? 500);
    void reply.status(status).send(error instanceof ApiError ? error.details : {});
  });
  fastify.post('/echo', async (request) => ({ body: request.body }));
  return fastify.inject({ method: 'POST', url: '/echo', payload, headers: { 'content-type': contentType } });
}

describe('a body', () => {
  it.each([
    ['a prototype key', '{"__proto__":{"admin":true}}'],
    ['a prototype key inside', '{"a":{"constructor":{"prototype":{}}}}'],
    ['an array', '[1]'],
    ['null', 'null'],
    ['a string', '"text"'],
    ['broken JSON', '{"a":'],
    ['depth 10,000', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['NUL in a value', '{"name":"a\\u0000b"}'],
    ['a lone surrogate', '{"name":"\\ud800"}'],
    ['NUL in a key', '{"a\\u0000":1}'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('with %s is refused with 400', async (_, payload) => {
    expect((await answerTo(payload)).statusCode).toBe(400);
  });

  it('larger than the limit is refused with 413', async () => {
    expect((await answerTo(`{"a":"${'x'.repeat(200_000)}"}`)).statusCode).toBe(413);
  });

  it.each(['application/json\ta', 'application/json garbage', 'text/plain', 'application/x-www-form-urlencoded'])(
    'of content type %j is refused with 415',
    async (type) => {
      expect((await answerTo('{"a":1}', type)).statusCode).toBe(415);
    },
  );

  it('with emoji and markup passes unchanged', async () => {
    const body = { name: '👩‍🦰 <script>alert(1)</script>' };
    expect((await answerTo(JSON.stringify(body), 'application/json; charset=utf-8')).json()).toEqual({ body });
  });
});

describe('a correlation id', () => {
  it('is kept when printable and at most 128 characters', () => expect(correlationId('call-7:a')).toBe('call-7:a'));

  it.each(['a\nb', 'a b', 'x'.repeat(129), 'x'.repeat(10_240), '', 'ü'])('is replaced when it is %j', (header) => {
    expect(correlationId(header)).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a cursor', () => {
  const cursor = { at: '2026-12-01T09:00:00.000Z', id: '3f0e8f6e-1f0a-4a53-9a39-0b5e1c5a7a11' };

  it('leads back to its place', () => expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor));

  const crafted = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

  it.each([crafted('1', '0'.repeat(36)), crafted(cursor.at, '-'.repeat(36)), crafted('2026', cursor.id)])(
    'that Postgres could not read (%j) is refused',
    (text) => expect(() => decodeCursor(text)).toThrow(ApiError),
  );

  it.each(['', 'x', 'W10', Buffer.from('["a","b"]').toString('base64url'), "' or 1=1"])(
    'made of %j is refused',
    (text) => {
      expect(() => decodeCursor(text)).toThrow(ApiError);
    },
  );

  it('is absent on the last page', () => {
    const page = (rows: number[]) =>
      pageOf(
        rows,
        2,
        () => cursor,
        (row) => row,
      );
    expect(page([1, 2])).toEqual({ data: [1, 2] });
    expect(page([1, 2, 3])).toEqual({ data: [1, 2], nextCursor: encodeCursor(cursor) });
  });
});
