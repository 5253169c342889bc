import { Body, Controller, Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AllowAccess } from '../../../foundation/http/access';
import { UuidParam } from '../../../foundation/http/uuid-param';
import { NoProperties } from '../../../foundation/http/validation';
import { OwnIdempotency } from '../../../foundation/idempotency/own-idempotency';
import { instantOf } from '../booking-input';
import { CallerOfHold, type HoldCaller } from './hold-caller';
import { HoldView, MadeHoldView } from './hold-view';
import { CreateHoldDto, SECONDS_DEFAULT } from './holds.dto';
import { HoldsService } from './holds.service';

const HoldId = () => Param('id', new UuidParam());
const HoldToken = () =>
  ApiHeader({
    name: 'Hold-Token',
    required: false,
    description: 'Needed with a publishable key; `token` of the answer',
  });

@ApiTags('holds')
@Controller('holds')
@AllowAccess('secret', 'publishable')
@OwnIdempotency()
export class HoldsController {
  constructor(private readonly holds: HoldsService) {}

  @Post()
  @ApiOperation({ summary: 'Keep a start for a while' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: '1 to 255 printable ASCII characters' })
  @ApiCreatedResponse({ type: MadeHoldView })
  async make(
    @CallerOfHold() caller: HoldCaller,
    @Body() { eventTypeId, start, seconds = SECONDS_DEFAULT }: CreateHoldDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { hold, replayed } = await this.holds.make({ eventTypeId, startMs: instantOf(start), seconds }, caller);
    if (replayed) reply.header('idempotency-replayed', 'true');
    return hold;
  }

  @Get(':id')
  @HoldToken()
  @ApiOperation({ summary: 'One hold, also for a day after it has ended' })
  @ApiOkResponse({ type: HoldView })
  get(@CallerOfHold() caller: HoldCaller, @HoldId() id: string) {
    return this.holds.get(id, caller);
  }

  @Delete(':id')
  @HttpCode(204)
  @HoldToken()
  @ApiOperation({ summary: 'Let the start go; a hold that is over already stays so' })
  @ApiNoContentResponse()
  async end(@CallerOfHold() caller: HoldCaller, @HoldId() id: string, @Body(NoProperties) _body: unknown) {
    await this.holds.end(id, caller);
  }
}
