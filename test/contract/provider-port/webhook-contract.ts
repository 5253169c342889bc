import type { SchedulingProvider } from '../../../src/scheduling/provider-port';
import type { WebhookScope } from '../../../src/scheduling/words';
import { atOnce } from './at-once';
import { PortWorld } from './port-world';

const HOOK = 'https://hooks.example.com/calls';
const TRIGGERS = ['BOOKING_CREATED', 'BOOKING_CANCELLED'];
const SECRET = 'a-secret-of-the-test';

/** What every adapter promises about webhooks, at every level that the provider has. */
export function describeWebhooks(world: PortWorld): void {
  describeLevel(world, 'account', async () => ({ level: 'account' }));
  describeLevel(world, 'event-type', async (provider) => {
    const draft = { title: 'Hooked', slug: 'hooked', lengthMinutes: 30 };
    const { providerId } = await atOnce(provider).createEventType(draft);
    return { level: 'event-type', eventTypeId: providerId };
  });
  if (!world.capabilities.teams) return;
  describeLevel(world, 'team-event-type', async (provider) => {
    const { username } = await provider.me();
    const teamId = await world.harness.team(`Hooks of ${username}`, [provider]);
    const draft = { title: 'Hooked', slug: 'hooked', lengthMinutes: 30, schedulingType: 'round-robin' as const };
    const { providerId } = await atOnce(provider).createTeamEventType(teamId, draft);
    return { level: 'team-event-type', teamId, eventTypeId: providerId };
  });
}

function describeLevel(
  world: PortWorld,
  level: WebhookScope['level'],
  scopeOf: (provider: SchedulingProvider) => Promise<WebhookScope>,
): void {
  describe(`${world.name}: webhooks of the level ${level}`, () => {
    let provider: SchedulingProvider;
    let scope: WebhookScope;
    beforeAll(async () => {
      provider = await world.harness.account('Europe/Berlin');
      scope = await scopeOf(provider);
    });
    const create = (url: string, at = scope) =>
      atOnce(provider).createWebhook(at, { url, secret: SECRET, triggers: TRIGGERS });

    it('are registered, read, listed, changed and removed, and never show their secret', async () => {
      const made = await create(HOOK);
      expect(made).toEqual({ providerId: expect.any(String), url: HOOK, active: true, triggers: expect.anything() });
      expect([...made.triggers].sort()).toEqual([...TRIGGERS].sort());
      const read = await provider.getWebhook(scope, made.providerId);
      expect(read).toMatchObject({ providerId: made.providerId, url: HOOK, active: true });
      const change = { url: `${HOOK}/2`, secret: 'another-secret-of-it', triggers: ['BOOKING_CREATED'] };
      const changed = await atOnce(provider).updateWebhook(scope, made.providerId, change);
      expect(changed).toMatchObject({ providerId: made.providerId, url: change.url, triggers: change.triggers });
      const listed = await provider.listWebhooks(scope);
      expect(listed).toEqual([changed]);
      expect(JSON.stringify([made, read, changed, listed])).not.toMatch(/secret/);
      await atOnce(provider).deleteWebhook(scope, made.providerId);
      expect(await provider.listWebhooks(scope)).toEqual([]);
    });

    it('that are gone, and those that never were, are not found', async () => {
      const { providerId } = await create(`${HOOK}/gone`);
      await atOnce(provider).deleteWebhook(scope, providerId);
      await expectNone(provider, scope, providerId, ['NOT_FOUND']);
      await expectNone(provider, scope, '6d1d2f5e-0000-4000-8000-000000000000', ['NOT_FOUND']);
    });

    it('of another account are not found, nor are those of its types', async () => {
      const { providerId } = await create(`${HOOK}/foreign`);
      const stranger = await world.harness.account('Europe/Berlin');
      await expectNone(stranger, scope, providerId, ['NOT_FOUND', 'EVENT_TYPE_NOT_FOUND']);
      await expectNone(stranger, await scopeOf(stranger), providerId, ['NOT_FOUND']);
      expect(await provider.getWebhook(scope, providerId)).toMatchObject({ url: `${HOOK}/foreign` });
    });

    it('are refused as a duplicate at an address that is registered already', async () => {
      await create(`${HOOK}/twice`);
      const duplicate = { code: 'REFUSED', details: { reason: 'DUPLICATE' } };
      await expect(create(`${HOOK}/twice`)).rejects.toMatchObject(duplicate);
    });

    it('for an event that the provider does not have are refused, and nothing of the secret is told', async () => {
      const wish = { url: `${HOOK}/odd`, secret: SECRET, triggers: ['booking.created'] };
      const error = await atOnce(provider)
        .createWebhook(scope, wish)
        .catch((failure: Error) => failure);
      expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
      expect(String((error as Error).message)).not.toContain(SECRET);
    });

    if (level === 'account') return;

    it('of a foreign type cannot be told from those of a type that does not exist', async () => {
      const stranger = await world.harness.account('Europe/Berlin');
      const none = { ...scope, eventTypeId: '2000000000' } as WebhookScope;
      const codes = async (at: WebhookScope): Promise<string[]> => {
        const wish = { url: HOOK, secret: SECRET, triggers: TRIGGERS };
        const calls = [stranger.listWebhooks(at), atOnce(stranger).createWebhook(at, wish)];
        return (await Promise.allSettled(calls)).map((call) =>
          call.status === 'rejected' ? call.reason.code : 'done',
        );
      };
      expect(await codes(scope)).toEqual(await codes(none));
      expect(await codes(none)).toEqual(['EVENT_TYPE_NOT_FOUND', 'EVENT_TYPE_NOT_FOUND']);
    });
  });
}

/** Neither read nor changed nor removed. */
async function expectNone(provider: SchedulingProvider, scope: WebhookScope, id: string, codes: string[]) {
  const wish = { url: `${HOOK}/${id}`, secret: SECRET, triggers: TRIGGERS };
  const calls = [
    provider.getWebhook(scope, id),
    atOnce(provider).updateWebhook(scope, id, wish),
    atOnce(provider).deleteWebhook(scope, id),
  ];
  for (const call of await Promise.allSettled(calls)) {
    expect(call).toMatchObject({ status: 'rejected', reason: { name: 'SchedulingError' } });
    expect(codes).toContain((call as PromiseRejectedResult).reason.code);
  }
}
