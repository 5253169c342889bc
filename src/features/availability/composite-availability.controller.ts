import { Controller, Get, Header, Param, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { CompositeAvailabilityDto, CompositeQueryDto, toCompositeDto } from './composite-availability.dto';
import { CompositeAvailability } from './composite-availability.service';

@ApiTags('services')
@AllowAccess('secret', 'publishable')
@Controller('services')
export class CompositeAvailabilityController {
  constructor(private readonly visits: CompositeAvailability) {}

  @Get(':id/composite-availability')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Visits of a service that can be had: who does which segment when, best first' })
  @ApiOkResponse({ type: CompositeAvailabilityDto })
  async read(
    @CompanyId() companyId: string,
    @Param('id', new UuidParam('SERVICE_NOT_FOUND')) id: string,
    @Query() { limit, ...query }: CompositeQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<CompositeAvailabilityDto> {
    const asked = { ...query, ...(limit === undefined ? {} : { limit: Number(limit) }) };
    return toCompositeDto(await this.visits.answer(companyId, id, asked, { correlationId: String(request.id) }));
  }
}
