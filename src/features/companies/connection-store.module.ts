import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ConnectionStore } from '../../scheduling/connection-store';
import { ConnectionRow } from './connection.entity';
import { ConnectionSecrets } from './connection-secrets';
import { ConnectionsRepository } from './connections.repository';
import { SealedConnectionStore } from './sealed-connection-store';

/** Where credentials come from. Needs no provider, because the providers need it. */
@Module({
  imports: [TypeOrmModule.forFeature([ConnectionRow])],
  providers: [
    ConnectionsRepository,
    ConnectionSecrets,
    SealedConnectionStore,
    { provide: ConnectionStore, useExisting: SealedConnectionStore },
  ],
  exports: [ConnectionStore, SealedConnectionStore, ConnectionsRepository, ConnectionSecrets],
})
export class ConnectionStoreModule {}
