import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { NoProperties } from '../../foundation/http/validation';
import { EventDeliveryDetail, EventDeliveryPage, EventDeliveryQuery, EventDeliveryView } from './event-deliveries.dto';
import { EventDeliveriesService } from './event-deliveries.service';

const EndpointParam = () => Param('id', new UuidParam());
const DeliveryParam = () => Param('deliveryId', new UuidParam());

@ApiTags('outgoing events')
@AllowAccess('secret')
@Controller('webhooks/endpoints/:id')
export class EventDeliveriesController {
  constructor(private readonly deliveries: EventDeliveriesService) {}

  @Get('deliveries')
  @ApiOperation({ summary: 'List what was sent to an endpoint, newest first' })
  @ApiOkResponse({ type: EventDeliveryPage })
  list(
    @CompanyId() companyId: string,
    @EndpointParam() endpointId: string,
    @Query() query: EventDeliveryQuery,
  ): Promise<EventDeliveryPage> {
    return this.deliveries.list(companyId, endpointId, query);
  }

  @Get('deliveries/:deliveryId')
  @ApiOperation({ summary: 'One delivery with its attempts' })
  @ApiOkResponse({ type: EventDeliveryDetail })
  get(
    @CompanyId() companyId: string,
    @EndpointParam() endpointId: string,
    @DeliveryParam() id: string,
  ): Promise<EventDeliveryDetail> {
    return this.deliveries.get({ companyId, endpointId, id });
  }

  @Post('deliveries/:deliveryId/replay')
  @HttpCode(202)
  @ApiOperation({ summary: 'Send an event once more, with the same id and body' })
  @ApiAcceptedResponse({ type: EventDeliveryView })
  replay(
    @CompanyId() companyId: string,
    @EndpointParam() endpointId: string,
    @DeliveryParam() id: string,
    @Body(NoProperties) _: undefined,
  ): Promise<EventDeliveryView> {
    return this.deliveries.replay({ companyId, endpointId, id });
  }

  @Post('test')
  @HttpCode(202)
  @ApiOperation({ summary: 'Send an event of type `test`, whatever types the endpoint listens to' })
  @ApiAcceptedResponse({ type: EventDeliveryView })
  test(
    @CompanyId() companyId: string,
    @EndpointParam() endpointId: string,
    @Body(NoProperties) _: undefined,
  ): Promise<EventDeliveryView> {
    return this.deliveries.test(companyId, endpointId);
  }
}
