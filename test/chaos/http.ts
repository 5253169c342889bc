import { once } from 'node:events';
import { createServer } from 'node:net';

export interface Answer {
  /** 0: no answer, because nobody was there, the connection was cut or patience ended. */
  status: number;
  headers: Headers;
  body: any;
}

export interface Call {
  key?: string;
  body?: object;
  headers?: Record<string, string>;
  patienceMs?: number;
}

/** One request with JSON both ways. Never throws. */
export async function call(method: string, url: string, options: Call = {}): Promise<Answer> {
  const { key, body, headers, patienceMs = 10_000 } = options;
  try {
    const answer = await fetch(url, {
      method,
      headers: {
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(patienceMs),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
  } catch {
    return { status: 0, headers: new Headers(), body: undefined };
  }
}

/** The body of a request that has to succeed. */
export async function made(method: string, url: string, options: Call = {}): Promise<any> {
  const { status, body } = await call(method, url, { patienceMs: 30_000, ...options });
  if (status >= 200 && status < 300) return body;
  throw new Error(`${method} ${url}: ${status} ${JSON.stringify(body)}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (typeof address !== 'object' || !address) throw new Error('no port is free');
  return address.port;
}
