import { MARIA, seedColour } from './demo-colour';
import type { DemoData, DemoSecrets, DemoState } from './demo-data';
import { type JsonCall, jsonClient } from './demo-http';

interface Addresses {
  apiUrl: string;
  sandboxUrl: string;
}

/**
 * Makes the demo company through the service's own HTTP API, as its operator would: company, verified connection (which
 * registers the webhook), keys, event type, and a service of several segments. A later start finds the company again and
 * only refreshes the addresses.
 */
export async function seedDemo(data: DemoData, secrets: DemoSecrets, addresses: Addresses): Promise<DemoState> {
  const post = jsonClient(secrets.adminKey);
  await post('POST', `${addresses.sandboxUrl}/_sandbox/accounts`, {
    key: secrets.providerKey,
    ...MARIA,
    timeZone: 'Europe/Berlin',
  });
  const known = data.state();
  const state = known && (await isAlive(known, addresses)) ? known : await createCompany(post, secrets, addresses);
  const current = { ...state, ...addresses };
  // Ports may have changed since the last start: the connection and its webhook must name the new ones.
  await connect(post, secrets, current.companyId, addresses);
  data.saveState(current);
  if (current.serviceId !== undefined) return current;
  const complete = { ...current, serviceId: await seedColour(post, current) };
  data.saveState(complete);
  return complete;
}

async function isAlive(state: DemoState, addresses: Addresses): Promise<boolean> {
  const answer = await fetch(`${addresses.apiUrl}/api/event-types/${state.eventTypeId}`, {
    headers: { authorization: `Bearer ${state.secretKey}` },
  });
  return answer.status !== 401 && answer.status !== 404;
}

async function connect(call: JsonCall, secrets: DemoSecrets, companyId: string, addresses: Addresses) {
  return call('PUT', `${addresses.apiUrl}/api/companies/${companyId}/connections`, {
    provider: 'calcom-v2',
    apiKey: secrets.providerKey,
    baseUrl: addresses.sandboxUrl,
  });
}

async function createCompany(call: JsonCall, secrets: DemoSecrets, addresses: Addresses): Promise<DemoState> {
  const companies = `${addresses.apiUrl}/api/companies`;
  const company = await call('POST', companies, {
    name: 'Salon Lindner',
    timeZone: 'Europe/Berlin',
    locale: 'de-DE',
    defaultPhoneCountry: 'DE',
  });
  const companyId = company.id!;
  const connection = await connect(call, secrets, companyId, addresses);
  const secret = await call('POST', `${companies}/${companyId}/keys`, { kind: 'secret', name: 'demo' });
  const publishable = await call('POST', `${companies}/${companyId}/keys`, {
    kind: 'publishable',
    name: 'demo booking page',
    origins: ['http://localhost:5173'],
  });
  const eventType = await call(
    'POST',
    `${addresses.apiUrl}/api/event-types`,
    { title: 'Haircut', slug: `haircut-${companyId.slice(0, 8)}`, lengthMinutes: 30 },
    secret.key,
  );
  return {
    ...addresses,
    companyId,
    connectionId: connection.id!,
    eventTypeId: eventType.id!,
    secretKey: secret.key!,
    publishableKey: publishable.key!,
    adminKey: secrets.adminKey,
    providerKey: secrets.providerKey,
  };
}
