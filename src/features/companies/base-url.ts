import { invalidField } from '../../foundation/errors/api-error';

/**
 * The address of a provider's API as it is stored: scheme, host and port only.
 *
 * @throws ApiError VALIDATION_ERROR for anything else, and for plain http in production, which would show the key.
 */
export function providerBaseUrl(text: string, production: boolean): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw refused('must be an http or https address');
  if (url.username || url.password) throw refused('must not contain a user name or password');
  if (url.pathname !== '/' || /[?#]/.test(text)) throw refused('must not contain a path, query or fragment');
  if (production && url.protocol !== 'https:') throw refused('must be an https address');
  return url.origin;
}

function refused(reason: string) {
  return invalidField('baseUrl', reason);
}
