import { Controller, Get, Query, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AllowAccess, CompanyId, type CalledRequest } from '../../foundation/http/access';
import { AvailabilityDto, AvailabilityQueryDto, SlotDto, toQuestion } from './availability.dto';
import { questionOf, READERS, RepeatedQuestions, reply } from './ready/availability-replies';
import { ReadMeter } from './store/read-meter.service';
import { ReadyAnswers } from './ready/ready-answers.service';
import { SlotReads } from './store/slot-reads.service';

@ApiTags('availability')
@ApiExtraModels(SlotDto)
@AllowAccess(...READERS)
@Controller('availability')
export class AvailabilityController {
  constructor(
    private readonly reads: SlotReads,
    private readonly ready: ReadyAnswers,
    private readonly meter: ReadMeter,
  ) {}

  @Get()
  @UseInterceptors(RepeatedQuestions)
  @ApiOperation({ summary: 'Free times of an event type or a simple service, by day' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The `ETag` of an earlier answer' })
  @ApiOkResponse({ type: AvailabilityDto })
  @ApiResponse({ status: 304, description: 'Nothing has changed since the answer with this `ETag`' })
  async read(
    @CompanyId() companyId: string,
    @Query() query: AvailabilityQueryDto,
    @Req() request: CalledRequest,
    @Res({ passthrough: true }) to: FastifyReply,
  ): Promise<unknown> {
    const answer = await this.reads.answer(companyId, toQuestion(query), { correlationId: String(request.id) });
    this.meter.sample(to, answer.outcome);
    return reply(request, to, this.ready.write(questionOf(request.caller, request.url), answer));
  }
}
