import {
  Body,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Headers,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiError } from '../../foundation/errors/api-error';
import { AllowAccess, type CalledRequest, type Caller, CompanyId, CurrentCaller } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { OwnIdempotency } from '../../foundation/idempotency/own-idempotency';
import {
  type BookingCaller,
  BookingTokens,
  CallerWithKey,
  patienceOf,
  requestIdentity,
} from '../bookings/bookings.service';
import { CompaniesService } from '../companies/companies.service';
import {
  CancelCompositeBookingDto,
  CompositeBookingPageDto,
  CreateCompositeBookingDto,
  ListCompositeBookingsDto,
  RescheduleCompositeBookingDto,
} from './composite-bookings.dto';
import { CompositeBookingsService } from './composite-bookings.service';
import { type VisitAnswer, visitOf } from './visit-answers';
import type { VisitChangeCaller } from './visit-changes';
import { toChoice, toVisitFilter, toVisitRequest } from './visit-input';
import { TimelineEntry } from './visit-timeline';
import { CompositeBookingView } from './visit-view';

const VisitId = () => Param('id', new UuidParam('BOOKING_NOT_FOUND'));
/** A repeated change is recognised by its key, where it has one. */
const PatientCaller = createParamDecorator((_: unknown, context: ExecutionContext): VisitChangeCaller => {
  const request = context.switchToHttp().getRequest<CalledRequest>();
  return { ...requestIdentity(request), waitMs: patienceOf(request) };
});
const Reply = () => Res({ passthrough: true });

export class CompositeBookingWithTimeline extends CompositeBookingView {
  @ApiProperty({ type: [TimelineEntry], description: 'What was done for it, oldest first' })
  timeline: TimelineEntry[];
}

@ApiTags('composite bookings')
@Controller('composite-bookings')
@AllowAccess('secret')
@OwnIdempotency()
export class CompositeBookingsController {
  constructor(
    private readonly visits: CompositeBookingsService,
    private readonly tokens: BookingTokens,
    private readonly companies: CompaniesService,
  ) {}

  @Post()
  @AllowAccess('secret', 'publishable')
  @ApiOperation({ summary: 'Book a visit whole, or nothing of it; 202 with `outcome_pending` when it takes longer' })
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: '1 to 255 printable ASCII characters' })
  @ApiHeader({ name: 'Prefer', description: '`wait=n`: seconds until 202 is answered, 0 to 20; 8 when absent' })
  @ApiCreatedResponse({ type: CompositeBookingView })
  async book(
    @CallerWithKey() caller: BookingCaller,
    @CurrentCaller() { kind, companyId }: Caller,
    @Body() body: CreateCompositeBookingDto,
    @Reply() reply: FastifyReply,
  ) {
    const visit = sendVisit(reply, await this.visits.book(companyId, toVisitRequest(body), caller));
    if (kind !== 'publishable') return visit;
    return { ...forPages(visit), token: this.tokens.of(companyId, visit.id) };
  }

  @Get()
  @ApiOperation({ summary: 'List by start' })
  @ApiOkResponse({ type: CompositeBookingPageDto })
  async list(@CompanyId() companyId: string, @Query() query: ListCompositeBookingsDto) {
    const { timeZone } = await this.companies.get(companyId);
    const { filter, limit } = toVisitFilter(query, timeZone);
    return this.visits.list(companyId, filter, limit);
  }

  @Get(':id')
  @AllowAccess('secret', 'publishable')
  @ApiOperation({ summary: 'One visit with its timeline, also while its outcome is open' })
  @ApiHeader({ name: 'Booking-Token', description: 'with a publishable key: the `token` that the visit came with' })
  @ApiOkResponse({ type: CompositeBookingWithTimeline })
  async get(
    @CurrentCaller() { kind, companyId }: Caller,
    @VisitId() id: string,
    @Headers('booking-token') token: string | undefined,
  ) {
    // Without the token another's visit is not there; the same as one that does not exist.
    const mayNot = kind === 'publishable' && !this.tokens.isOf(companyId, id, token ?? '');
    if (mayNot) throw new ApiError('BOOKING_NOT_FOUND');
    const visit = await this.visits.get(companyId, id);
    if (kind === 'publishable') return forPages(visit);
    return { ...visit, timeline: await this.visits.timelineOf(companyId, id) };
  }

  @Post(':id/reschedule')
  @ApiOperation({ summary: 'Give every segment its new time, or leave the visit as it is; its ids stay' })
  @ApiHeader({ name: 'Prefer', description: '`wait=n`: seconds until 202 is answered, 0 to 20; 8 when absent' })
  @ApiOkResponse({ type: CompositeBookingView })
  async reschedule(
    @CompanyId() companyId: string,
    @VisitId() id: string,
    @Body() { reason, ...choice }: RescheduleCompositeBookingDto,
    @PatientCaller() caller: VisitChangeCaller,
    @Reply() reply: FastifyReply,
  ) {
    const move = { ...toChoice(choice), ...(reason === undefined ? {} : { reason }) };
    return sendVisit(reply, await this.visits.reschedule(companyId, id, move, caller));
  }

  @Post(':id/cancel')
  @ApiOperation({
    summary: 'Cancel every segment; 202 while the provider does not answer, and it is done all the same',
  })
  @ApiHeader({ name: 'Prefer', description: '`wait=n`: seconds until 202 is answered, 0 to 20; 8 when absent' })
  @ApiOkResponse({ type: CompositeBookingView })
  async cancel(
    @CompanyId() companyId: string,
    @VisitId() id: string,
    @Body() { reason }: CancelCompositeBookingDto,
    @PatientCaller() caller: VisitChangeCaller,
    @Reply() reply: FastifyReply,
  ) {
    return sendVisit(reply, await this.visits.cancel(companyId, id, reason, caller));
  }
}

function sendVisit(reply: FastifyReply, answer: VisitAnswer): CompositeBookingView {
  if (answer.replayed) reply.header('idempotency-replayed', 'true');
  const visit = visitOf(answer);
  reply.status(answer.status);
  return visit;
}

/** Which customer it is would tell a visitor who else has an address or a number. */
function forPages({ customerId: _, ...visit }: CompositeBookingView): Omit<CompositeBookingView, 'customerId'> {
  return visit;
}
