import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { agentsFor, type GuardRules } from './guarded-agents';
import type { AllAddresses } from './public-address';

/** The host that must not be reached. It speaks no TLS: that somebody connected is all that it has to tell. */
let inside: Server;
let port: number;
let visits: number;

beforeEach(async () => {
  visits = 0;
  inside = createServer((socket) => {
    visits++;
    socket.destroy();
  });
  await new Promise<void>((done) => inside.listen(0, '127.0.0.1', done));
  port = (inside.address() as AddressInfo).port;
});
afterEach(() => new Promise((done) => inside.close(done)));

const resolver =
  (...addresses: string[]): AllAddresses =>
  (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

/** How the attempt to reach a host ended. */
async function codeOf(host: string, rules: GuardRules | undefined, scheme = 'https'): Promise<string | undefined> {
  const agents = agentsFor(rules);
  const fault = await new Promise<NodeJS.ErrnoException>((resolve) => {
    const call =
      scheme === 'https'
        ? request({ host, port, agent: agents.https })
        : plainRequest({ host, port, agent: agents.http });
    call.once('error', resolve).end();
  });
  return fault.code;
}

describe('a host that a stranger has named', () => {
  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '169.254.169.254', '10.0.0.1'])(
    'is not reached at %s, by address or by name',
    async (address) => {
      expect(await codeOf(address, {})).toBe('ADDRESS_NOT_PUBLIC');
      expect(await codeOf('hooks.example', { find: resolver(address) })).toBe('ADDRESS_NOT_PUBLIC');
      expect(visits).toBe(0);
    },
  );

  it('is not reached when one of its addresses is public and one is private', async () => {
    expect(await codeOf('hooks.example', { find: resolver('8.8.8.8', '127.0.0.1') })).toBe('ADDRESS_NOT_PUBLIC');
    expect(await codeOf('hooks.example', { find: resolver('127.0.0.1', '8.8.8.8') })).toBe('ADDRESS_NOT_PUBLIC');
    expect(visits).toBe(0);
  });

  it('is not reached by plain http, whatever its address', async () => {
    expect(await codeOf('127.0.0.1', {}, 'http')).toBe('ADDRESS_NOT_PUBLIC');
    expect(await codeOf('8.8.8.8', {}, 'http')).toBe('ADDRESS_NOT_PUBLIC');
    expect(visits).toBe(0);
  });

  it('is reached where its address may be dialled, and without rules at any address', async () => {
    const mayDial = (address: string) => address === '127.0.0.1';
    expect(await codeOf('hooks.example', { find: resolver('127.0.0.1'), mayDial })).not.toBe('ADDRESS_NOT_PUBLIC');
    expect(await codeOf('127.0.0.1', undefined, 'http')).toBe('ECONNRESET');
    expect(visits).toBe(2);
  });
});
