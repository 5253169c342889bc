import { Injectable } from '@nestjs/common';
import { type Connection, ConnectionsService } from '../companies/connections.service';

/** What never changes of a connection: another company or provider means another id. */
export type ReceivingConnection = Pick<Connection, 'id' | 'companyId' | 'provider'>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Some 100 bytes each. */
const REMEMBERED_MAX = 10_000;

/**
 * Whose webhook it is. Remembered, because each webhook asks and the answer is always the same; whether the connection
 * still is there shows in its secrets, which are read each time.
 */
@Injectable()
export class WebhookConnections {
  private readonly remembered = new Map<string, ReceivingConnection>();

  constructor(private readonly connections: ConnectionsService) {}

  /** @param id as it stands in the address, so any text. */
  async find(id: string): Promise<ReceivingConnection | undefined> {
    if (!UUID.test(id)) return undefined;
    const key = id.toLowerCase();
    return this.remembered.get(key) ?? this.remember(await this.connections.byId(key));
  }

  /** Of the address that names no connection. Not remembered: a second connection makes it nobody's. */
  async default(): Promise<ReceivingConnection | undefined> {
    return this.connections.defaultForWebhooks();
  }

  private remember(connection: Connection | undefined): ReceivingConnection | undefined {
    if (!connection) return undefined;
    const { id, companyId, provider } = connection;
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.clear();
    this.remembered.set(id, { id, companyId, provider });
    return connection;
  }
}
