import { Module } from '@nestjs/common';
import { CompaniesModule } from '../../companies/companies.module';
import { EventTypesModule } from '../../event-types/event-types.module';
import { ExplainController } from './explain.controller';
import { ExplainService } from './explain.service';
import { ExplainRecords } from './explain-records.repository';
import { ExplainSources } from './explain-sources';

/** Why a start is offered or not. Reads the provider afresh, so it needs nothing of the store of free times. */
@Module({
  imports: [CompaniesModule, EventTypesModule],
  controllers: [ExplainController],
  providers: [ExplainService, ExplainRecords, ExplainSources],
  exports: [ExplainService],
})
export class ExplainModule {}
