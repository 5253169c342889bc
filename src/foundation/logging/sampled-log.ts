import type { ServerResponse } from 'node:http';

const LEFT_OUT = Symbol('left out of the request log');

type Marked = ServerResponse & { [LEFT_OUT]?: true };

/** This reply needs no line in the request log, unless it fails on its way out. */
export function leaveOutOfLog(reply: ServerResponse): void {
  (reply as Marked)[LEFT_OUT] = true;
}

/** How a request is written down; failures always are. */
export function requestLogLevel(_request: unknown, reply: ServerResponse, error?: Error): 'info' | 'silent' {
  const isLeftOut = (reply as Marked)[LEFT_OUT] === true && reply.statusCode < 400 && !error;
  return isLeftOut ? 'silent' : 'info';
}
