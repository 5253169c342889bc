import type { AllAddresses } from '../../foundation/http/public-address';
import { endpointUrl } from './endpoints-url';

const NOT_PUBLIC = 'must not lead to an address that is not public';

const resolver =
  (...addresses: string[]): AllAddresses =>
  (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );

const reasonFor = (url: string, ...addresses: string[]): Promise<string> =>
  endpointUrl(url, { allowPrivateHosts: false, find: resolver(...addresses) }).then(
    (saved) => `saved as ${saved}`,
    (error) => error.details.fields[0].reason,
  );

describe('the address of an endpoint', () => {
  it('is kept with its path and query', async () => {
    expect(await reasonFor('https://Hooks.example/in?shop=7', '8.8.8.8')).toBe(
      'saved as https://hooks.example/in?shop=7',
    );
  });

  it.each([
    ['http://hooks.example/', 'must be an https address'],
    ['ftp://hooks.example/', 'must be an http or https address'],
    ['https://user:word@hooks.example/', 'must not contain a user name or password'],
    ['https://hooks.example/#x', 'must not contain a fragment'],
    ['https://hooks.example/a b', 'must be an http or https address'],
    ['https://127.0.0.1/', NOT_PUBLIC],
    ['https://2130706433/', NOT_PUBLIC],
    ['https://[::ffff:127.0.0.1]/', NOT_PUBLIC],
    ['https://169.254.169.254/latest', NOT_PUBLIC],
  ])('is refused for %s', async (url, reason) => {
    expect(await reasonFor(url, '8.8.8.8')).toBe(reason);
  });

  it('is refused when one of the addresses behind its name is private', async () => {
    expect(await reasonFor('https://hooks.example/', '8.8.8.8', '10.0.0.1')).toBe(NOT_PUBLIC);
  });

  it('may be private where the deployment allows it', async () => {
    const url = 'http://127.0.0.1:8080/in';
    expect(await endpointUrl(url, { allowPrivateHosts: true })).toBe(url);
  });
});
