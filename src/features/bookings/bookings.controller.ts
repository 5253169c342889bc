import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiError } from '../../foundation/errors/api-error';
import { AllowAccess, type Caller, CompanyId, CurrentCaller } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { NoProperties } from '../../foundation/http/validation';
import { OwnIdempotency } from '../../foundation/idempotency/own-idempotency';
import { CompaniesService } from '../companies/companies.service';
import { sendAnswer } from './answer';
import { CallerOfChange, CallerWithKey } from './booking-caller';
import type { BookingCaller, ChangeCaller } from './booking-command';
import { instantOf, toCommand, toFilter, toTarget } from './booking-input';
import { BookingTokens } from './booking-tokens';
import { BookingView } from './booking-view';
import {
  BookingPageDto,
  CancelDto,
  CreateBookingDto,
  ListBookingsDto,
  MarkAbsentDto,
  ReasonDto,
  RescheduleDto,
} from './bookings.dto';
import { BookingsService } from './bookings.service';

const BookingId = () => Param('id', new UuidParam('BOOKING_NOT_FOUND'));
const Reply = () => Res({ passthrough: true });

@ApiTags('bookings')
@Controller('bookings')
@AllowAccess('secret')
@OwnIdempotency()
export class BookingsController {
  constructor(
    private readonly bookings: BookingsService,
    private readonly tokens: BookingTokens,
    private readonly companies: CompaniesService,
  ) {}

  @Post()
  @AllowAccess('secret', 'publishable')
  @ApiOperation({ summary: 'Book; 202 with `outcome_pending` when the provider did not answer' })
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: '1 to 255 printable ASCII characters' })
  @ApiHeader({ name: 'Prefer', description: '`wait=n`: seconds until 202 is answered, 0 to 20; 8 when absent' })
  @ApiCreatedResponse({ type: BookingView })
  async book(
    @CallerWithKey() caller: BookingCaller,
    @CurrentCaller() { kind, companyId }: Caller,
    @Body() body: CreateBookingDto,
    @Reply() reply: FastifyReply,
  ) {
    const booking = sendAnswer(reply, await this.bookings.book(companyId, toTarget(body), toCommand(body), caller));
    if (kind !== 'publishable') return booking;
    return { ...forPages(booking), token: this.tokens.of(companyId, booking.id) };
  }

  @Get()
  @ApiOperation({ summary: 'List by start' })
  @ApiOkResponse({ type: BookingPageDto })
  async list(@CompanyId() companyId: string, @Query() query: ListBookingsDto) {
    const { timeZone } = await this.companies.get(companyId);
    const { filter, limit } = toFilter(query, timeZone);
    return this.bookings.list(companyId, filter, limit);
  }

  @Get(':id')
  @AllowAccess('secret', 'publishable')
  @ApiOperation({ summary: 'One booking, also while its outcome is open' })
  @ApiHeader({ name: 'Booking-Token', description: 'with a publishable key: the `token` that the booking came with' })
  @ApiOkResponse({ type: BookingView })
  async get(
    @CurrentCaller() { kind, companyId }: Caller,
    @BookingId() id: string,
    @Headers('booking-token') token: string | undefined,
  ) {
    // Without the token another's booking is not there; the same as one that does not exist.
    const mayNot = kind === 'publishable' && !this.tokens.isOf(companyId, id, token ?? '');
    if (mayNot) throw new ApiError('BOOKING_NOT_FOUND');
    const booking = await this.bookings.get(companyId, id);
    return kind === 'publishable' ? forPages(booking) : booking;
  }

  @Post(':id/reschedule')
  @HttpCode(200)
  @ApiOperation({ summary: 'Move to another start; the id stays' })
  @ApiOkResponse({ type: BookingView })
  async reschedule(
    @CompanyId() companyId: string,
    @BookingId() id: string,
    @Body() body: RescheduleDto,
    @CallerOfChange() caller: ChangeCaller,
    @Reply() reply: FastifyReply,
  ) {
    const change = { startMs: instantOf(body.start), reason: body.reason };
    return sendAnswer(reply, await this.bookings.reschedule(companyId, id, change, caller));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'The same as reschedule' })
  @ApiOkResponse({ type: BookingView })
  patch(
    @CompanyId() companyId: string,
    @BookingId() id: string,
    @Body() body: RescheduleDto,
    @CallerOfChange() caller: ChangeCaller,
    @Reply() reply: FastifyReply,
  ) {
    return this.reschedule(companyId, id, body, caller, reply);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancel; a booking that is cancelled already is answered as it is' })
  @ApiOkResponse({ type: BookingView })
  async cancel(
    @CompanyId() companyId: string,
    @BookingId() id: string,
    @Body() body: CancelDto,
    @CallerOfChange() caller: ChangeCaller,
    @Reply() reply: FastifyReply,
  ) {
    const reason = body.reason ?? body.cancellationReason;
    return sendAnswer(reply, await this.bookings.cancel(companyId, id, reason, caller));
  }

  @Delete(':id')
  @ApiOperation({ summary: 'The same as cancel; the reason in the body or the query' })
  @ApiOkResponse({ type: BookingView })
  delete(
    @CompanyId() companyId: string,
    @BookingId() id: string,
    @Body() body: CancelDto,
    @Query() query: CancelDto,
    @CallerOfChange() caller: ChangeCaller,
    @Reply() reply: FastifyReply,
  ) {
    const reason = body.reason ?? body.cancellationReason ?? query.reason ?? query.cancellationReason;
    return this.cancel(companyId, id, { reason }, caller, reply);
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @ApiOperation({ summary: 'Accept a booking that awaits confirmation' })
  @ApiOkResponse({ type: BookingView })
  async confirm(
    @CompanyId() companyId: string,
    @BookingId() id: string,
    @Body(NoProperties) _body: unknown,
    @CallerOfChange() caller: ChangeCaller,
    @Reply() reply: FastifyReply,
  ) {
    return sendAnswer(reply, await this.bookings.confirm(companyId, id, caller));
  }

  @Post(':id/decline')
  @HttpCode(200)
  @ApiOperation({ summary: 'Refuse a booking that awaits confirmation' })
  @ApiOkResponse({ type: BookingView })
  async decline(
    @CompanyId() companyId: string,
    @BookingId() id: string,
    @Body() body: ReasonDto,
    @CallerOfChange() caller: ChangeCaller,
    @Reply() reply: FastifyReply,
  ) {
    return sendAnswer(reply, await this.bookings.decline(companyId, id, body.reason, caller));
  }

  @Post(':id/mark-absent')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say who did not come' })
  @ApiOkResponse({ type: BookingView })
  async markAbsent(
    @CompanyId() companyId: string,
    @BookingId() id: string,
    @Body() body: MarkAbsentDto,
    @CallerOfChange() caller: ChangeCaller,
    @Reply() reply: FastifyReply,
  ) {
    const report = { hostAbsent: body.host, attendees: body.attendees };
    return sendAnswer(reply, await this.bookings.markAbsent(companyId, id, report, caller));
  }
}

/** Which customer it is would tell a visitor who else has an address or a number. */
function forPages({ customerId: _, ...booking }: BookingView): Omit<BookingView, 'customerId'> {
  return booking;
}
