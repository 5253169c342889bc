import { request, type RequestOptions } from 'node:https';
import { request as plainRequest } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { AllAddresses } from '../../foundation/http/public-address';
import { keepAliveAgents } from './http-agents';
import type { DialRules } from './http-agents-guard';

/** The host that must not be reached. It speaks no TLS: that somebody connected is all that it has to tell. */
let inside: Server;
let port: number;
let visits: Socket[];
let refused: string[];

beforeEach(async () => {
  visits = [];
  refused = [];
  inside = createServer((socket) => {
    visits.push(socket);
    socket.destroy();
  });
  await new Promise<void>((done) => inside.listen(0, '127.0.0.1', done));
  port = (inside.address() as AddressInfo).port;
});
afterEach(() => new Promise((done) => inside.close(done)));

/** A resolver that gives one list of addresses after the other. */
function resolver(...answers: string[][]): AllAddresses & { asked: number } {
  const find = (...[, , callback]: Parameters<AllAddresses>) => {
    const addresses = answers[Math.min(find.asked++, answers.length - 1)] ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  find.asked = 0;
  return find;
}

/** How the attempt to reach a host ended. */
async function codeOf(host: string, rules: Partial<DialRules> = {}, scheme = 'https'): Promise<string | undefined> {
  const agents = keepAliveAgents({ onRefused: (name) => void refused.push(name), ...rules });
  const options: RequestOptions = { host, port, path: '/v2/me' };
  const fault = await new Promise<NodeJS.ErrnoException>((resolve) => {
    const call =
      scheme === 'https'
        ? request({ ...options, agent: agents.httpsAgent })
        : plainRequest({ ...options, agent: agents.httpAgent });
    call.once('error', resolve).end();
  });
  return fault.code;
}

describe('a host that is dialled', () => {
  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '169.254.169.254', '10.0.0.1'])(
    'is not reached at %s',
    async (address) => {
      expect(await codeOf(address)).toBe('ADDRESS_NOT_PUBLIC');
      expect(await codeOf('cal.example', { find: resolver([address]) })).toBe('ADDRESS_NOT_PUBLIC');
      expect(refused).toEqual([address, 'cal.example']);
      expect(visits).toHaveLength(0);
    },
  );

  it('is not reached when the system itself knows its name as private', async () => {
    expect(await codeOf('localhost')).toBe('ADDRESS_NOT_PUBLIC');
    expect(visits).toHaveLength(0);
  });

  it('is not reached when one of its addresses is public and one is private', async () => {
    for (const addresses of [
      ['8.8.8.8', '127.0.0.1'],
      ['127.0.0.1', '8.8.8.8'],
    ]) {
      expect(await codeOf('cal.example', { find: resolver(addresses) })).toBe('ADDRESS_NOT_PUBLIC');
    }
    expect(visits).toHaveLength(0);
  });

  it('is reached at the address that was judged, for its name is looked up once and may change its mind after', async () => {
    const find = resolver(['127.0.0.1'], ['127.0.0.2']);
    const mayDial = (address: string) => address === '127.0.0.1';
    expect(await codeOf('cal.example', { find, mayDial })).not.toBe('ADDRESS_NOT_PUBLIC');
    expect([find.asked, visits.length, refused]).toEqual([1, 1, []]);
  });

  it('is judged again for every new connection', async () => {
    const find = resolver(['127.0.0.1'], ['127.0.0.2']);
    const mayDial = (address: string) => address === '127.0.0.1';
    await codeOf('cal.example', { find, mayDial });
    expect(await codeOf('cal.example', { find, mayDial })).toBe('ADDRESS_NOT_PUBLIC');
    expect(visits).toHaveLength(1);
  });

  it('is not reached by plain http, whatever its address', async () => {
    expect(await codeOf('127.0.0.1', {}, 'http')).toBe('ADDRESS_NOT_PUBLIC');
    expect(await codeOf('8.8.8.8', {}, 'http')).toBe('ADDRESS_NOT_PUBLIC');
    expect(visits).toHaveLength(0);
  });
});
