import { Controller, Get, HttpStatus, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AllowAccess, type CalledRequest } from '../../foundation/http/access';
import { SynchronisationService, type SynchronisationState } from '../synchronisation/synchronisation.service';
import { OwnConnectionHealth } from './calcom-health.connection';
import { CalcomHealth, type SynchronisationHealth } from './calcom-health.dto';
import { CalcomHealthService } from './calcom-health.service';

@ApiTags('operations')
@ApiSecurity({})
@ApiBearerAuth('bearer')
@Controller('health')
export class CalcomHealthController {
  constructor(
    private readonly health: CalcomHealthService,
    private readonly connection: OwnConnectionHealth,
    private readonly synchronisation: SynchronisationService,
  ) {}

  @Get('calcom')
  @AllowAccess('anyone', 'secret', 'admin')
  @ApiOperation({ summary: 'How the connections to Cal.com are; with a secret key, the own one in detail' })
  @ApiOkResponse({ type: CalcomHealth })
  @ApiResponse({ status: 503, type: CalcomHealth, description: 'unhealthy' })
  async calcom(
    @Req() { caller }: CalledRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CalcomHealth> {
    const health = caller?.kind === 'secret' ? await this.own(caller.companyId) : await this.health.overall();
    reply.status(health.status === 'unhealthy' ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK);
    return health;
  }

  private async own(companyId: string): Promise<CalcomHealth> {
    const health = await this.health.ofCompany(companyId);
    return {
      ...health,
      connection: await this.connection.ofCompany(companyId),
      synchronisation: synchronisationHealth(await this.synchronisation.stateOf(companyId)),
    };
  }
}

function synchronisationHealth(state: SynchronisationState): SynchronisationHealth {
  const { lastRunAt, lastSuccessAt, driftFound, healed, oldestPendingAt } = state;
  return {
    lastRunAt: lastRunAt?.toISOString() ?? null,
    lastSuccessAt: lastSuccessAt?.toISOString() ?? null,
    driftFound,
    healed,
    oldestPendingAt: oldestPendingAt?.toISOString() ?? null,
  };
}
