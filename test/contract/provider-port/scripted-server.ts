import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface ScriptedServer {
  url: string;
  requests: { method?: string; url: string; headers: IncomingMessage['headers'] }[];
  /** What the next requests are answered with. */
  answer: Handler;
  close(): void;
}

/** A server that does what the sandbox cannot: misbehave on the wire, and answer like servers that it does not imitate. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const server = createServer((request, response) => {
    scripted.requests.push({ method: request.method, url: request.url ?? '', headers: request.headers });
    request.resume().once('end', () => scripted.answer(request, response));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const scripted: ScriptedServer = {
    url: `http://127.0.0.1:${port}`,
    requests: [],
    answer: (_request, response) => response.end(),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return scripted;
}

export function json(body: unknown, status = 200): Handler {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

export function success(data: unknown): Handler {
  return json({ status: 'success', data });
}
