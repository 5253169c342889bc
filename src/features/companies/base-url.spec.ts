import type { AllAddresses } from '../../foundation/http/public-address';
import { providerBaseUrl } from './base-url';

const NAMES: Record<string, string[]> = {
  'api.cal.com': ['8.8.8.8', '2606:4700::1111'],
  'cal.example.com': ['8.8.4.4'],
  'inside.example.com': ['10.0.0.7'],
  'mixed.example.com': ['8.8.8.8', '10.0.0.7'],
  'mixed6.example.com': ['8.8.8.8', 'fd00::1'],
};

const find: AllAddresses = (host, _options, callback) => {
  const addresses = NAMES[host];
  const code = host === 'broken.example.com' ? 'EAI_AGAIN' : 'ENOTFOUND';
  if (!addresses) return callback(Object.assign(new Error(code), { code }), []);
  callback(
    null,
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  );
};

const save = (text: string, allowPrivateHosts = false) => providerBaseUrl(text, { allowPrivateHosts, find });
const reasonFor = async (text: string, allowPrivateHosts = false) => {
  const error = await save(text, allowPrivateHosts).then(
    (kept) => `kept as ${kept}`,
    (fault) => fault,
  );
  return error?.details?.fields?.[0] ?? error;
};

describe("a provider's address", () => {
  it.each([
    ['https://api.cal.com', 'https://api.cal.com'],
    ['https://API.cal.com:443/', 'https://api.cal.com'],
    ['https://api.cal.com/v2', 'https://api.cal.com'],
    ['https://api.cal.com/v2/', 'https://api.cal.com'],
    ['https://cal.example.com:8443', 'https://cal.example.com:8443'],
    ['https://8.8.8.8', 'https://8.8.8.8'],
    ['https://[2606:4700::1111]', 'https://[2606:4700::1111]'],
  ])('%s is kept as %s', async (given, kept) => expect(await save(given)).toBe(kept));

  it.each([
    ['ftp://api.cal.com', 'must be an http or https address'],
    ['javascript:alert(1)', 'must be an http or https address'],
    ['api.cal.com', 'must be an http or https address'],
    ['https:api.cal.com', 'must be an http or https address'],
    ['https://', 'must be an http or https address'],
    ['https://api.cal.com\\@127.0.0.1', 'must be an http or https address'],
    ['https://api.cal\n.com', 'must be an http or https address'],
    [' https://api.cal.com', 'must be an http or https address'],
    ['', 'must be an http or https address'],
    ['https://key@api.cal.com', 'must not contain a user name or password'],
    ['https://@api.cal.com', 'must not contain a user name or password'],
    ['https://api.cal.com?x=1', 'must not contain a query or fragment'],
    ['https://api.cal.com/?', 'must not contain a query or fragment'],
    ['https://api.cal.com/#x', 'must not contain a query or fragment'],
    ['https://api.cal.com/v1', 'must not contain a path other than /v2'],
    ['https://api.cal.com/v2/../me', 'must not contain a path other than /v2'],
    ['https://api.cal.com//', 'must not contain a path other than /v2'],
  ])('is refused wherever the service runs when it is %j: %s', async (given, reason) => {
    for (const allowPrivateHosts of [true, false]) {
      expect(await reasonFor(given, allowPrivateHosts)).toEqual({ field: 'baseUrl', reason });
    }
  });

  it.each([
    'https://127.0.0.1',
    'https://127.1',
    'https://127.0.0.1.',
    'https://2130706433',
    'https://0x7f000001',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://017700000001',
    'https://127%2e0.0.1',
    'https://１２７.0.0.1',
    'https://0',
    'https://[::1]',
    'https://[::]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:7f00:1]',
    'https://[::ffff:8.8.8.8]',
    'https://[fe80::1]',
    'https://[fd00:ec2::254]',
    'https://[64:ff9b::a9fe:a9fe]',
    'https://169.254.169.254',
    'https://2852039166',
    'https://100.64.0.1',
    'https://10.0.0.1:8443',
    'https://224.0.0.1',
    'https://255.255.255.255',
    'https://203.0.113.1',
    'https://inside.example.com',
    'https://mixed.example.com',
    'https://mixed6.example.com',
  ])('is refused because of where it leads when it is %s', async (given) => {
    const reason = 'must not lead to an address that is not public';
    expect(await reasonFor(given)).toEqual({ field: 'baseUrl', reason });
  });

  it('must be https, or the network would see the key', async () => {
    const reason = 'must be an https address';
    expect(await reasonFor('http://api.cal.com')).toEqual({ field: 'baseUrl', reason });
  });

  it('must name a host that exists, and nobody is blamed while names cannot be looked up', async () => {
    const reason = 'names a host that does not exist';
    expect(await reasonFor('https://nowhere.example.com')).toEqual({ field: 'baseUrl', reason });
    expect(await reasonFor('https://broken.example.com')).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  it('is given up after 3 s when no name server answers, and nobody is blamed', async () => {
    const begunMs = performance.now();
    const fault = await providerBaseUrl('https://silent.example.com', {
      allowPrivateHosts: false,
      find: () => undefined,
    }).catch((error) => error);
    expect(fault).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', cause: { code: 'ETIMEOUT' } });
    expect(performance.now() - begunMs).toBeLessThan(3_500);
  });

  it('may be plain and private where the deployment allows it', async () => {
    expect(await save('http://127.0.0.1:4000', true)).toBe('http://127.0.0.1:4000');
    expect(await save('https://inside.example.com', true)).toBe('https://inside.example.com');
  });
});
