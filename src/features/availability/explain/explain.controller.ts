import { Controller, Get, Header, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AllowAccess, type Caller, CompanyId, CurrentCaller } from '../../../foundation/http/access';
import { ExplainQueryDto, ExplanationDto, toExplanationDto } from './explain.dto';
import { ExplainService } from './explain.service';

@ApiTags('availability')
@AllowAccess('secret', 'publishable')
@Controller('availability')
export class ExplainController {
  constructor(private readonly explanations: ExplainService) {}

  @Get('explain')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Why a start is offered or not, with the evidence for each reason' })
  @ApiOkResponse({ type: ExplanationDto })
  async explain(
    @CompanyId() companyId: string,
    @CurrentCaller() caller: Caller,
    @Query() { eventTypeId, start }: ExplainQueryDto,
    @Req() request: FastifyRequest,
  ): Promise<ExplanationDto> {
    const context = { correlationId: String(request.id) };
    const explanation = await this.explanations.explain(companyId, eventTypeId, start, context);
    return toExplanationDto(explanation, caller.kind === 'secret');
  }
}
