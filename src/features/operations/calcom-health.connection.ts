import { Injectable } from '@nestjs/common';
import type { PaceStanding } from '../../scheduling/words';
import { type Connection, ConnectionsService } from '../companies/connections.service';
import type { ConnectionHealth, PaceHealth } from './calcom-health.dto';
import { PaceOfConnection } from './pace-of-connection.service';

/** A company's connection in detail, as far as the company may know it. */
@Injectable()
export class OwnConnectionHealth {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly pace: PaceOfConnection,
  ) {}

  /** As things are at this moment; null for a company that has no connection. */
  async ofCompany(companyId: string): Promise<ConnectionHealth | null> {
    const connection = await this.connections.ofCompany(companyId);
    return connection ? inDetail(connection, await this.pace.of(connection.id)) : null;
  }
}

function inDetail(connection: Connection, standing: PaceStanding | undefined): ConnectionHealth {
  const { id, provider, status, usesEnvironmentKey, capabilities, webhookRegisteredAt, webhookError } = connection;
  return {
    id,
    provider,
    status,
    credentialRefused: status === 'credential_refused',
    usesEnvironmentKey,
    capabilities: capabilities ?? null,
    webhookRegisteredAt: webhookRegisteredAt?.toISOString() ?? null,
    webhookError: webhookError ?? null,
    pace: standing ? paceHealth(standing) : null,
  };
}

function paceHealth({ limit, windowSeconds, left, blockedUntilMs }: PaceStanding): PaceHealth {
  const blockedUntil = blockedUntilMs === undefined ? null : new Date(blockedUntilMs).toISOString();
  return { limit, windowSeconds, left, blockedUntil };
}
