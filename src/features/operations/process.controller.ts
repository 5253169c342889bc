import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AllowAccess } from '../../foundation/http/access';
import { Metrics } from '../../foundation/metrics/metrics.service';
import { Readiness, type ReadinessState } from './readiness.service';

/** For the machines that watch this process; outside `/api`, and to be kept inside by the network. */
@ApiExcludeController()
@AllowAccess('anyone')
@Controller()
export class ProcessController {
  constructor(
    private readonly readiness: Readiness,
    private readonly processMetrics: Metrics,
  ) {}

  /** 200 as long as the process serves at all: a database that is away is no reason to restart it. */
  @Get('livez')
  live(): { status: 'alive' } {
    return { status: 'alive' };
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: ReadinessState }> {
    const status = await this.readiness.state();
    reply.status(status === 'ready' ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    return { status };
  }

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.type(this.processMetrics.registry.contentType);
    return this.processMetrics.registry.metrics();
  }
}
