import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The least that a server of the same answer can do: it writes the object anew for each request. */
function serve(answer: unknown): void {
  const server = createServer((request, response) => {
    if (request.url === '/cpu') {
      const { user, system } = process.cpuUsage();
      response.end(String((user + system) / 1_000_000));
      return;
    }
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1', () => {
    process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}

process.once('message', serve);
process.once('disconnect', () => process.exit());
