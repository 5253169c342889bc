import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { ReadinessDto, ReadinessQueryDto, toNeed } from './event-type-readiness.dto';
import { EventTypeReadiness } from './event-type-readiness.service';

@ApiTags('event types')
@AllowAccess('secret')
@Controller('event-types')
export class EventTypeReadinessController {
  constructor(private readonly readiness: EventTypeReadiness) {}

  @Get(':id/readiness')
  @ApiOperation({ summary: 'Whether a type can carry a booking made through this service, read at the provider now' })
  @ApiOkResponse({ type: ReadinessDto })
  async check(
    @CompanyId() companyId: string,
    @Param('id', new UuidParam('EVENT_TYPE_NOT_FOUND')) id: string,
    @Query() query: ReadinessQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<ReadinessDto> {
    return this.readiness.check(companyId, id, toNeed(query), { correlationId: String(request.id) });
  }
}
