import type { ExecutionContext } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Reflector } from '@nestjs/core';
import type { AppConfig } from '../../foundation/config/app-config';
import { AllowAccess, type CalledRequest } from '../../foundation/http/access';
import { AccessGuard } from './access.guard';
import type { ApiKeysRepository } from './api-keys.repository';
import type { Quotas } from '../../foundation/http/quotas';
import { Callers } from './callers';

const ADMIN_KEY = 'admin_0123456789';

class Routes {
  @AllowAccess('admin')
  forAdmins(): void {}

  @AllowAccess('anyone')
  forAnyone(): void {}

  @AllowAccess('compatibility')
  forOlderCallers(): void {}

  @AllowAccess()
  forNobody(): void {}

  forgotten(): void {}
}

const noDatabase = { findActive: () => Promise.reject(new Error('the database is away')) };

async function ask(route: keyof Routes, headers: Record<string, string> = {}, settings: Partial<AppConfig> = {}) {
  const config = new ConfigService<AppConfig, true>({ adminApiKey: ADMIN_KEY, ...settings });
  const quotas = { count: () => undefined } as unknown as Quotas;
  const callers = new Callers(noDatabase as unknown as ApiKeysRepository, { now: () => 0 }, config);
  const request = { headers, query: {} } as unknown as CalledRequest;
  const context = {
    getHandler: () => Routes.prototype[route],
    getClass: () => Routes,
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext;
  await new AccessGuard(new Reflector(), callers, quotas, config).canActivate(context);
  return request.caller;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

it.each(['forgotten', 'forNobody'] as const)(
  'a route that allows nobody (%s) is closed even for the admin',
  async (route) => {
    await expect(ask(route, bearer(ADMIN_KEY))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  },
);

it('a service without an admin key has no admin, whatever is sent', async () => {
  for (const key of ['undefined', '', ADMIN_KEY]) {
    await expect(ask('forAdmins', bearer(key), { adminApiKey: undefined })).rejects.toMatchObject({ status: 401 });
  }
});

it('a route for anyone is answered without a database, also to callers who bring a key', async () => {
  await expect(ask('forAnyone', bearer(`sk_${'A'.repeat(43)}`))).resolves.toBeUndefined();
  await expect(ask('forAnyone', bearer(ADMIN_KEY))).resolves.toMatchObject({ kind: 'admin' });
});

it('callers without a key are served on older routes only where a default company is set', async () => {
  const compatDefaultCompany = '3f0e8f6e-1f0a-4a53-9a39-0b5e1c5a7a11';
  await expect(ask('forOlderCallers')).rejects.toMatchObject({ status: 401 });
  await expect(ask('forOlderCallers', {}, { compatDefaultCompany })).resolves.toEqual({
    kind: 'compatibility',
    companyId: compatDefaultCompany,
  });
  // Who brings a key wants to be somebody: a wrong one is never taken for none.
  await expect(ask('forOlderCallers', bearer('x'), { compatDefaultCompany })).rejects.toMatchObject({ status: 401 });
});
