import { Controller, Get, Param, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { ServiceReadinessDto } from './service-readiness.dto';
import { ServiceReadinessCheck } from './service-readiness.service';

@ApiTags('services')
@AllowAccess('secret')
@Controller('services')
export class ServiceReadinessController {
  constructor(private readonly readiness: ServiceReadinessCheck) {}

  @Get(':id/readiness')
  @ApiOperation({ summary: 'Whether a service can be sold, with the event types as the provider has them now' })
  @ApiOkResponse({ type: ServiceReadinessDto })
  async check(
    @CompanyId() companyId: string,
    @Param('id', new UuidParam('SERVICE_NOT_FOUND')) id: string,
    @Req() request: FastifyRequest,
  ): Promise<ServiceReadinessDto> {
    return this.readiness.check(companyId, id, { correlationId: String(request.id) });
  }
}
