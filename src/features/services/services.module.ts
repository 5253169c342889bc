import { Module } from '@nestjs/common';
import { CompaniesModule } from '../companies/companies.module';
import { EventTypesModule } from '../event-types/event-types.module';
import { CatalogueChanges } from './catalogue-changes';
import { EventMapsController } from './event-maps.controller';
import { EventMapsRepository } from './event-maps.repository';
import { EventMaps } from './event-maps.service';
import { MirroredTypes } from './mirrored-types';
import { SegmentsRepository } from './segments.repository';
import { ServiceCatalogue } from './service-catalogue.service';
import { ServiceJudge } from './service-judge';
import { ServiceReadinessController } from './service-readiness.controller';
import { ServiceReadinessCheck } from './service-readiness.service';
import { ServicesController } from './services.controller';
import { ServicesRepository } from './services.repository';
import { ServicesService } from './services.service';
import { StaffMatching } from './staff-matching.service';
import { StaffController } from './staff.controller';
import { StaffRepository } from './staff.repository';
import { StaffService } from './staff.service';

/** What a company sells, who does it, and through which event types. */
@Module({
  imports: [CompaniesModule, EventTypesModule],
  controllers: [ServicesController, StaffController, EventMapsController, ServiceReadinessController],
  providers: [
    CatalogueChanges,
    ServiceCatalogue,
    ServicesRepository,
    SegmentsRepository,
    StaffService,
    StaffRepository,
    StaffMatching,
    EventMaps,
    EventMapsRepository,
    MirroredTypes,
    ServiceJudge,
    ServiceReadinessCheck,
    ServicesService,
  ],
  exports: [ServicesService],
})
export class ServicesModule {}
