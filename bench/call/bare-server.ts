import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer to `GET /v2/me`, as a server of cal.diy gave it. */
const ME = JSON.stringify({
  status: 'success',
  data: {
    id: 1,
    username: 'maria',
    email: 'maria@salon.example',
    name: 'Maria',
    avatarUrl: null,
    bio: null,
    timeFormat: 12,
    defaultScheduleId: 1,
    weekStart: 'Sunday',
    timeZone: 'Europe/Berlin',
    locale: 'en',
    organizationId: null,
    organization: null,
  },
});
const ENDED = JSON.stringify({ status: 'success' });

/** A provider that costs nothing, in a process of its own: tells its parent the address, and ends with it. */
const server = createServer((request, response) => {
  request.resume().once('end', () => {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(request.method === 'GET' ? ME : ENDED);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.(`http://127.0.0.1:${port}`);
});
process.once('disconnect', () => process.exit());
