import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { NoProperties } from '../../foundation/http/validation';
import { DeliveryDetail, DeliveryPage, DeliveryQuery, DeliveryView } from './webhook-delivery.dto';
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
  @ApiOperation({ summary: 'What became of one webhook, with every attempt to apply it' })
  @ApiOkResponse({ type: DeliveryDetail })
  get(@CompanyId() companyId: string, @Param('id', new UuidParam()) id: string): Promise<DeliveryDetail> {
    return this.log.get(companyId, id);
  }

  @Post(':id/replay')
  @HttpCode(202)
  @ApiOperation({ summary: 'Apply a webhook once more; what it did already it does not do twice' })
  @ApiAcceptedResponse({ type: DeliveryView })
  replay(
    @CompanyId() companyId: string,
    @Param('id', new UuidParam()) id: string,
    @Body(NoProperties) _: undefined,
  ): Promise<DeliveryView> {
    return this.log.replay(companyId, id);
  }
}
