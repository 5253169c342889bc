import type { LookupAddress } from 'node:dns';
import { type AllAddresses, atMost, isPublicAddress, publicLookup } from './public-address';

describe('an address', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '168.63.129.17',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700::1111',
    '2001:4860:4860::8888',
    '2a00:1450:4001::200e',
  ])('is public when it is %s', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([
    ['this network', '0.0.0.0', '0.255.255.255'],
    ['private', '10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.0', '192.168.255.255'],
    ['carrier-grade NAT', '100.64.0.0', '100.100.100.200', '100.127.255.255'],
    ['loopback', '127.0.0.1', '127.255.255.255', '::1'],
    ['link-local', '169.254.0.0', '169.254.169.254', '169.254.255.255', 'fe80::1', 'febf::1', 'fe80::1%eth0'],
    ["a cloud's own", '168.63.129.16', '192.0.0.192', 'fd00:ec2::254'],
    ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.255', '2001:db8::1', '3fff::1', '3fff:fff::1'],
    ['benchmarks', '198.18.0.0', '198.19.255.255', '2001:2::1'],
    ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1'],
    ['reserved', '240.0.0.0', '255.255.255.255', '::', '100::1', '4000::1'],
    ['unique-local', 'fc00::1', 'fdff:ffff::1'],
    ['IPv4 in disguise', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1', '::127.0.0.1', '64:ff9b::7f00:1'],
    ['tunnelled', '2002:7f00:1::', '2001::1', '192.88.99.1'],
    ['global with a zone', '2606:4700::1111%eth0'],
    ['no address', '', 'localhost', '2130706433', '0x7f000001', '127.1', '0177.0.0.1', '1.1.1.1 ', '[2606:4700::1111]'],
  ])('is not public when it is %s', (_what, ...addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });
});

describe('the look-up of a host', () => {
  const answering =
    (...addresses: string[]): AllAddresses =>
    (_host, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  const look = (find: AllAddresses, options: { all?: boolean; family?: number }) =>
    new Promise<string | LookupAddress[]>((resolve, reject) =>
      publicLookup(find)('cal.example', options, (error, found) => (error ? reject(error) : resolve(found))),
    );

  it('gives public addresses, all or the first', async () => {
    const find = answering('8.8.8.8', '2606:4700::1111');
    expect(await look(find, { all: true })).toHaveLength(2);
    expect(await look(find, {})).toBe('8.8.8.8');
  });

  it.each([[['127.0.0.1']], [['8.8.8.8', '10.0.0.1']], [['8.8.8.8', '::1']], [[]]])(
    'fails for a host with the addresses %j, however many of them are public',
    async (addresses) => {
      for (const options of [{ all: true }, {}]) {
        await expect(look(answering(...addresses), options)).rejects.toMatchObject({ code: 'ADDRESS_NOT_PUBLIC' });
      }
    },
  );

  it('judges the addresses of both families, although the socket wants one', async () => {
    const byFamily: AllAddresses = (host, options, callback) =>
      answering(...(options.family === 4 ? ['8.8.8.8'] : ['8.8.8.8', '::1']))(host, options, callback);
    await expect(look(byFamily, { family: 4 })).rejects.toMatchObject({ code: 'ADDRESS_NOT_PUBLIC' });
  });

  it('passes on that a host does not exist', async () => {
    const nowhere: AllAddresses = (_host, _options, callback) =>
      callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
    await expect(look(nowhere, { all: true })).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('tells once: the answer, or that there was none in time', async () => {
    const told: unknown[] = [];
    let answerLate = (): void => undefined;
    const late: AllAddresses = (_host, _options, callback) => {
      answerLate = () => callback(null, [{ address: '8.8.8.8', family: 4 }]);
    };
    const ask = (ms: number, find: AllAddresses) =>
      new Promise<void>((resolve) =>
        atMost(ms, find)('cal.example', { all: true }, (error, addresses) => {
          told.push(error?.code ?? addresses[0]?.address);
          resolve();
        }),
      );
    await ask(20, late);
    answerLate();
    await ask(5_000, answering('1.1.1.1'));
    expect(told).toEqual(['ETIMEOUT', '1.1.1.1']);
  });
});
