import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AllowAccess } from '../../foundation/http/access';
import { CalcomHealth } from './calcom-health.dto';
import { CalcomHealthService } from './calcom-health.service';

@ApiTags('operations')
@Controller('health')
export class CalcomHealthController {
  constructor(private readonly health: CalcomHealthService) {}

  @Get('calcom')
  @AllowAccess('anyone')
  @ApiOperation({ summary: 'How the connections to Cal.com are; with a secret key, the own one in detail' })
  @ApiOkResponse({ type: CalcomHealth })
  @ApiResponse({ status: 503, type: CalcomHealth, description: 'unhealthy' })
  async calcom(@Res({ passthrough: true }) reply: FastifyReply): Promise<CalcomHealth> {
    const health = await this.health.overall();
    reply.status(health.status === 'unhealthy' ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK);
    return health;
  }
}
