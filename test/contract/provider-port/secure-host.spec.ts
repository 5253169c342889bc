import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { keepAliveAgents } from '../../../src/providers/calcom-v2/http-agents';

/** Self-signed for `cal.example`, valid for a hundred years, used nowhere else. */
const read = (name: string) => readFileSync(join(__dirname, '../../fixtures/tls', name));
const [key, cert] = [read('key.pem'), read('certificate.pem')];

describe('a provider reached by https through the guard of addresses', () => {
  it('answers under its own name, on one connection that is kept, after one look-up', async () => {
    const served: unknown[] = [];
    const server = createServer({ key, cert }, (_request, response) => response.end('{}'));
    server.on('secureConnection', (socket: TLSSocket & { servername?: string }) => served.push(socket.servername));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    let looked = 0;
    const { httpsAgent } = keepAliveAgents({
      onRefused: () => undefined,
      mayDial: () => true,
      find: (_host, _options, done) => {
        looked += 1;
        done(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    const { port } = server.address() as AddressInfo;
    const call = () =>
      new Promise<number | undefined>((resolve, reject) => {
        request({ agent: httpsAgent, host: 'cal.example', port, ca: cert }, (response) =>
          response.resume().once('end', () => resolve(response.statusCode)),
        )
          .once('error', reject)
          .end();
      });
    expect(await call()).toBe(200);
    expect(await call()).toBe(200);
    expect([served, looked]).toEqual([['cal.example'], 1]);
    httpsAgent.destroy();
    await new Promise((done) => server.close(done));
  }, 10_000);
});
