import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AllowAccess } from '../../foundation/http/access';
import { Metrics } from '../../foundation/metrics/metrics.service';
import { Readiness, type ReadinessState } from './readiness.service';

/** For the machines that watch this process; outside `/api`, and to be kept inside by the network. */
@ApiTags('operations')
@AllowAccess('anyone')
@Controller()
export class ProcessController {
  constructor(
    private readonly readiness: Readiness,
    private readonly processMetrics: Metrics,
  ) {}

  /** 200 as long as the process serves at all: a database that is away is no reason to restart it. */
  @Get('livez')
  @ApiOperation({ summary: 'Whether the process serves' })
  @ApiOkResponse({ description: 'alive' })
  live(): { status: 'alive' } {
    return { status: 'alive' };
  }

  @Get('readyz')
  @ApiOperation({ summary: 'Whether requests should be sent here' })
  @ApiOkResponse({ description: 'ready' })
  @ApiResponse({ status: 503, description: 'the database is away, or the process is stopping' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: ReadinessState }> {
    const status = await this.readiness.state();
    reply.status(status === 'ready' ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    return { status };
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Metrics for Prometheus' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ type: String })
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.type(this.processMetrics.registry.contentType);
    return this.processMetrics.registry.metrics();
  }
}
