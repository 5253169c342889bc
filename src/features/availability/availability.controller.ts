import { Controller, Get, Header, Query, Req } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { AvailabilityDto, AvailabilityQueryDto, SlotDto } from './availability.dto';
import { AvailabilityService } from './availability.service';

@ApiTags('availability')
@ApiExtraModels(SlotDto)
@AllowAccess('secret', 'publishable')
@Controller('availability')
export class AvailabilityController {
  constructor(private readonly availability: AvailabilityService) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Free times of an event type, by day' })
  @ApiOkResponse({ type: AvailabilityDto })
  async read(
    @CompanyId() companyId: string,
    @Query() query: AvailabilityQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<AvailabilityDto> {
    return this.availability.answer(companyId, query, { correlationId: String(request.id) });
  }
}
