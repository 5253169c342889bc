import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccountCalls } from './account-calls';
import { AccountTeamsController } from './account-teams.controller';
import { AccountTeamsService } from './account-teams.service';
import { AccountController } from './account.controller';
import { AccountService } from './account.service';
import { ApiKeyRow } from './api-key.entity';
import { ApiKeysController } from './api-keys.controller';
import { ApiKeysRepository } from './api-keys.repository';
import { ApiKeysService } from './api-keys.service';
import { AuditLog } from './audit-log.repository';
import { Callers } from './callers';
import { CompaniesController } from './companies.controller';
import { CompaniesRepository } from './companies.repository';
import { CompaniesService } from './companies.service';
import { CompanyRow } from './company.entity';
import { ConnectionChanges } from './connection-changes';
import { ConnectionStoreModule } from './connection-store.module';
import { ConnectionVerification } from './connection-verification';
import { ConnectionsController } from './connections.controller';
import { ConnectionsService } from './connections.service';
import { OriginsService } from './origins.service';
import { RecalledCallers } from './recalled-callers.service';
import { WebhookRegistration } from './webhook-registration';
import { WebhookSecrets } from './webhook-secrets.service';
import { WebhookSubscriber } from './webhook-subscriber';
import { WebhookSubscriptionRows } from './webhook-subscriptions.repository';
import { WebhookSubscriptions } from './webhook-subscriptions.service';

/** Tenants, their connections and keys, reads of their account, and who may call what. */
@Module({
  imports: [ConnectionStoreModule, TypeOrmModule.forFeature([CompanyRow, ApiKeyRow])],
  controllers: [
    CompaniesController,
    ConnectionsController,
    ApiKeysController,
    AccountController,
    AccountTeamsController,
  ],
  providers: [
    CompaniesRepository,
    CompaniesService,
    ConnectionsService,
    ConnectionVerification,
    ConnectionChanges,
    WebhookRegistration,
    WebhookSecrets,
    WebhookSubscriber,
    WebhookSubscriptionRows,
    WebhookSubscriptions,
    ApiKeysRepository,
    ApiKeysService,
    Callers,
    OriginsService,
    RecalledCallers,
    AccountCalls,
    AccountService,
    AccountTeamsService,
    AuditLog,
  ],
  // Callers is for the guard, which is registered for the whole application.
  exports: [
    CompaniesService,
    ConnectionsService,
    OriginsService,
    WebhookSecrets,
    WebhookSubscriptions,
    Callers,
    RecalledCallers,
  ],
})
export class CompaniesModule {}
