import { Controller, Get, Query, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AllowAccess, CompanyId, type CalledRequest } from '../../foundation/http/access';
import { AvailabilityDto, AvailabilityQueryDto, SlotDto } from './availability.dto';
import { questionOf, RepeatedQuestions, reply } from './availability-replies';
import { ReadyAnswers } from './ready-answers.service';
import { SlotReads } from './slot-reads.service';

@ApiTags('availability')
@ApiExtraModels(SlotDto)
@AllowAccess('secret', 'publishable')
@Controller('availability')
export class AvailabilityController {
  constructor(
    private readonly reads: SlotReads,
    private readonly ready: ReadyAnswers,
  ) {}

  @Get()
  @UseInterceptors(RepeatedQuestions)
  @ApiOperation({ summary: 'Free times of an event type, by day' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The `ETag` of an earlier answer' })
  @ApiOkResponse({ type: AvailabilityDto })
  @ApiResponse({ status: 304, description: 'Nothing has changed since the answer with this `ETag`' })
  async read(
    @CompanyId() companyId: string,
    @Query() { limit, spoken, ...query }: AvailabilityQueryDto,
    @Req() request: CalledRequest,
    @Res({ passthrough: true }) to: FastifyReply,
  ): Promise<unknown> {
    const question = {
      ...query,
      ...(limit === undefined ? {} : { limit: Number(limit) }),
      spoken: spoken === 'true',
    };
    const answer = await this.reads.answer(companyId, question, { correlationId: String(request.id) });
    return reply(request, to, this.ready.write(questionOf(request), answer));
  }
}
