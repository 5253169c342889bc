import { Readable } from 'node:stream';
import { FastifyReply, FastifyRequest } from 'fastify';
import { Reply } from './call';

type Headers = Record<string, string>;

/** What leaves the house. */
export type Outcome =
  | { reply: Reply; headers: Headers }
  /** The answer in pieces of JSON; `reply` is what it is made of. */
  | { reply: Reply; headers: Headers; pieces: AsyncIterable<string> }
  /** Text that is not what was asked for. */
  | { text: string; status: number; type: string; headers: Headers }
  /** No answer: the connection is cut when this resolves. */
  | { cut: Promise<void> };

export async function deliver(
  outcome: Outcome,
  request: FastifyRequest,
  response: FastifyReply,
): Promise<FastifyReply> {
  if ('cut' in outcome) {
    response.hijack();
    void outcome.cut.finally(() => request.raw.socket.destroy());
    return response;
  }
  response.headers(outcome.headers);
  if ('text' in outcome) return response.status(outcome.status).type(outcome.type).send(outcome.text);
  const { status, body } = outcome.reply;
  if (!('pieces' in outcome)) return response.status(status).send(body);
  const stream = Readable.from(outcome.pieces, { objectMode: false });
  return response.status(status).type('application/json; charset=utf-8').send(stream);
}

/** Status and answer for the journal; status 0 is a connection without an answer. */
export function said(outcome: Outcome): { status: number; answer: unknown } {
  if ('cut' in outcome) return { status: 0, answer: null };
  if ('text' in outcome) return { status: outcome.status, answer: outcome.text };
  return { status: outcome.reply.status, answer: outcome.reply.body };
}
