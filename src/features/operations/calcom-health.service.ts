import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../../foundation/time/clock';
import { zoneDataVersion } from '../../foundation/time/zones';
import { type Connection, ConnectionsService } from '../companies/connections.service';
import { EventTypesService } from '../event-types/event-types.service';
import type { CalcomHealth, HealthStatus } from './calcom-health.dto';
import { type Reachability, ReachabilityService } from './reachability.service';

/** Everybody may ask, so asking must cost nothing: within this time the same answer is given again. */
const REMEMBERED_MS = 5_000;

interface Remembered {
  atMs: number;
  health: Promise<CalcomHealth>;
}

/** How the connections to Cal.com are: all of them for everybody, a company's own for its key. */
@Injectable()
export class CalcomHealthService {
  /** By company; the empty key is all of them. */
  private readonly remembered = new Map<string, Remembered>();

  constructor(
    private readonly connections: ConnectionsService,
    private readonly eventTypes: EventTypesService,
    private readonly reachability: ReachabilityService,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {}

  /** Over all connections. Never throws: what cannot be found out is unhealthy. At most 5 s old. */
  overall(): Promise<CalcomHealth> {
    return this.remember('', () => this.connections.all());
  }

  /** Over one company's connection alone. At most 5 s old. */
  ofCompany(companyId: string): Promise<CalcomHealth> {
    return this.remember(companyId, async () => present(await this.connections.ofCompany(companyId)));
  }

  private remember(key: string, connections: () => Promise<Connection[]>): Promise<CalcomHealth> {
    const known = this.remembered.get(key);
    if (known && this.clock.now() - known.atMs < REMEMBERED_MS) return known.health;
    const health = this.find(connections);
    this.remembered.set(key, { atMs: this.clock.now(), health });
    return health;
  }

  private async find(read: () => Promise<Connection[]>): Promise<CalcomHealth> {
    try {
      const connections = await read();
      return await this.describe(connections, await this.reachability.of(connections));
    } catch (error) {
      this.logger.error({ err: error }, 'health cannot be found out');
      return summary('unhealthy', { reachable: false, registered: false, syncs: [], types: 0 });
    }
  }

  private async describe(connections: Connection[], looks: Reachability[]): Promise<CalcomHealth> {
    const registered = connections.length > 0 && connections.every((connection) => connection.webhookRegisteredAt);
    const syncs: (Date | undefined)[] = [];
    let types = 0;
    for (const { id } of connections) {
      syncs.push(await this.eventTypes.lastSyncAt(id));
      types += await this.eventTypes.count(id);
    }
    const status = judge(connections, looks, registered);
    return summary(status, { reachable: looks.includes('reachable'), registered, syncs, types });
  }
}

function present(connection: Connection | undefined): Connection[] {
  return connection ? [connection] : [];
}

/** Unhealthy only when nobody can be reached: one company's refused key is no reason to take the service away. */
function judge(connections: Connection[], looks: Reachability[], registered: boolean): HealthStatus {
  if (looks.includes('unreachable') && !looks.includes('reachable')) return 'unhealthy';
  const allVerified = connections.every((connection) => connection.status === 'verified');
  const allReachable = looks.every((look) => look === 'reachable');
  return registered && allVerified && allReachable ? 'healthy' : 'degraded';
}

interface Findings {
  reachable: boolean;
  registered: boolean;
  syncs: (Date | undefined)[];
  types: number;
}

function summary(status: HealthStatus, { reachable, registered, syncs, types }: Findings): CalcomHealth {
  const latest = Math.max(...syncs.map((sync) => sync?.getTime() ?? 0), 0);
  return {
    status,
    api_reachable: reachable,
    webhook_registered: registered,
    last_sync: latest > 0 ? new Date(latest).toISOString() : null,
    event_types_count: types,
    time_zone_data: zoneDataVersion(),
  };
}
