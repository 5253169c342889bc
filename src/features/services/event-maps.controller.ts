import { Body, Controller, Get, Param, Put, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { TellsCatalogueChanges } from './catalogue-changes';
import { EventMapsDto, toEventMaps } from './event-maps.dto';
import { EventMaps } from './event-maps.service';

const ServiceId = () => Param('id', new UuidParam('SERVICE_NOT_FOUND'));

@ApiTags('services')
@AllowAccess('secret')
@UseInterceptors(TellsCatalogueChanges)
@Controller('services/:id/event-type-maps')
export class EventMapsController {
  constructor(private readonly maps: EventMaps) {}

  @Get()
  @ApiOperation({ summary: 'Which event type carries whom in which segment' })
  @ApiOkResponse({ type: EventMapsDto })
  async read(@CompanyId() companyId: string, @ServiceId() id: string): Promise<EventMapsDto> {
    return { maps: await this.maps.list(companyId, id) };
  }

  @Put()
  @ApiOperation({ summary: 'Say which event type carries whom in which segment, as a whole' })
  @ApiOkResponse({ type: EventMapsDto })
  async replace(
    @CompanyId() companyId: string,
    @ServiceId() id: string,
    @Body() body: EventMapsDto,
  ): Promise<EventMapsDto> {
    return { maps: await this.maps.replace(companyId, id, toEventMaps(body)) };
  }
}
