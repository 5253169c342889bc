import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { DeliveryPage, DeliveryQuery, DeliveryView } from './webhook-delivery.dto';
import { WebhookLog } from './webhook-log.service';

@ApiTags('webhooks')
@AllowAccess('secret')
@Controller('webhooks/deliveries')
export class WebhookDeliveriesController {
  constructor(private readonly log: WebhookLog) {}

  @Get()
  @ApiOperation({ summary: 'List the webhooks received, newest first, without their bodies' })
  @ApiOkResponse({ type: DeliveryPage })
  list(@CompanyId() companyId: string, @Query() query: DeliveryQuery): Promise<DeliveryPage> {
    return this.log.list(companyId, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'What became of one webhook' })
  @ApiOkResponse({ type: DeliveryView })
  get(@CompanyId() companyId: string, @Param('id', new UuidParam()) id: string): Promise<DeliveryView> {
    return this.log.get(companyId, id);
  }
}
