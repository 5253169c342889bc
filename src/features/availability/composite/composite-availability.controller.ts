import { Controller, Get, Header, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AllowAccess, CompanyId } from '../../../foundation/http/access';
import { UuidParam } from '../../../foundation/http/uuid-param';
import { CompositeAvailabilityDto, CompositeQueryDto, toCompositeDto } from './composite-availability.dto';
import { CompositeAvailability } from './composite-availability.service';
import { ReadMeter } from '../store/read-meter.service';

@ApiTags('services')
@AllowAccess('secret', 'publishable')
@Controller('services')
export class CompositeAvailabilityController {
  constructor(
    private readonly visits: CompositeAvailability,
    private readonly meter: ReadMeter,
  ) {}

  @Get(':id/composite-availability')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Visits of a service that can be had: who does which segment when, best first' })
  @ApiOkResponse({ type: CompositeAvailabilityDto })
  async read(
    @CompanyId() companyId: string,
    @Param('id', new UuidParam('SERVICE_NOT_FOUND')) id: string,
    @Query() { limit, ...query }: CompositeQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CompositeAvailabilityDto> {
    const asked = { ...query, ...(limit === undefined ? {} : { limit: Number(limit) }) };
    const answer = await this.visits.answer(companyId, id, asked, { correlationId: String(request.id) });
    this.meter.sample(reply, answer.outcome);
    return toCompositeDto(answer);
  }
}
