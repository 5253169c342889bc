import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AllowAccess, CompanyId, type CalledRequest } from '../../foundation/http/access';
import { OwnIdempotency } from '../../foundation/idempotency/own-idempotency';
import { OlderSlotsQueryDto, OlderSlotsView, ReservationView, ReserveDto } from './older-slots.dto';
import { OlderSlotsService } from './older-slots.service';

@ApiTags('compatibility')
@Controller('slots')
@AllowAccess('compatibility')
@OwnIdempotency()
export class OlderSlotsController {
  constructor(private readonly slots: OlderSlotsService) {}

  @Get('available')
  @ApiOperation({ summary: 'Free times as a flat list' })
  @ApiOkResponse({ type: OlderSlotsView })
  available(
    @CompanyId() companyId: string,
    @Query() query: OlderSlotsQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.slots.available(companyId, query, reply);
  }

  @Post('reserve')
  @ApiOperation({ summary: 'Book (the name is historical: this is no hold)' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Derived from the request when absent' })
  @ApiCreatedResponse({ type: ReservationView })
  reserve(
    @CompanyId() companyId: string,
    @Body() body: ReserveDto,
    @Req() request: CalledRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.slots.reserve(companyId, body, request, reply);
  }
}
