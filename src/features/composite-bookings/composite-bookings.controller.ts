import {
  Body,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  Param,
  Post,
  Res,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AllowAccess, type CalledRequest, type Caller, CompanyId, CurrentCaller } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { NoProperties } from '../../foundation/http/validation';
import { OwnIdempotency } from '../../foundation/idempotency/own-idempotency';
import {
  type BookingCaller,
  BookingTokens,
  CallerWithKey,
  patienceOf,
  requestIdentity,
} from '../bookings/bookings.service';
import {
  CancelCompositeBookingDto,
  CreateCompositeBookingDto,
  RescheduleCompositeBookingDto,
} from './composite-bookings.dto';
import { CompositeBookingsService } from './composite-bookings.service';
import { forPages, type VisitAnswer, visitOf } from './visit-answers';
import type { VisitChangeCaller } from './changing/visit-changes';
import { toChoice, toVisitRequest } from './booking/visit-input';
import { CompositeBookingView } from './reading/visit-view';

const VisitId = () => Param('id', new UuidParam('BOOKING_NOT_FOUND'));
const Reply = () => Res({ passthrough: true });
const Patience = () =>
  ApiHeader({ name: 'Prefer', description: '`wait=n`: seconds until 202 is answered, 0 to 20; 8 when absent' });
/** A repeated change is recognised by its key, where it has one. */
const PatientCaller = createParamDecorator((_: unknown, context: ExecutionContext): VisitChangeCaller => {
  const request = context.switchToHttp().getRequest<CalledRequest>();
  return { ...requestIdentity(request), waitMs: patienceOf(request) };
});

@ApiTags('composite bookings')
@Controller('composite-bookings')
@AllowAccess('secret')
@OwnIdempotency()
export class CompositeBookingsController {
  constructor(
    private readonly visits: CompositeBookingsService,
    private readonly tokens: BookingTokens,
  ) {}

  @Post()
  @AllowAccess('secret', 'publishable')
  @ApiOperation({ summary: 'Book a visit whole, or nothing of it; 202 with `outcome_pending` when it takes longer' })
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: '1 to 255 printable ASCII characters' })
  @Patience()
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

  @Post(':id/reschedule')
  @ApiOperation({ summary: 'Give every segment its new time, or leave the visit as it is; its ids stay' })
  @Patience()
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
  @Patience()
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

  @Post(':id/retry')
  @HttpCode(202)
  @ApiOperation({ summary: 'Try again, at once, what waits for a person' })
  @ApiOkResponse({ type: CompositeBookingView })
  async retry(
    @CompanyId() companyId: string,
    @VisitId() id: string,
    @Body(NoProperties) _body: unknown,
    @PatientCaller() caller: VisitChangeCaller,
    @Reply() reply: FastifyReply,
  ) {
    return sendVisit(reply, await this.visits.retry(companyId, id, caller));
  }

  @Post(':id/resolve')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Say that a person has settled what was in doubt; the provider is asked whether that is so',
  })
  @ApiOkResponse({ type: CompositeBookingView })
  async resolve(
    @CompanyId() companyId: string,
    @VisitId() id: string,
    @Body(NoProperties) _body: unknown,
    @PatientCaller() caller: VisitChangeCaller,
    @Reply() reply: FastifyReply,
  ) {
    return sendVisit(reply, await this.visits.resolve(companyId, id, caller));
  }
}

function sendVisit(reply: FastifyReply, answer: VisitAnswer): CompositeBookingView {
  if (answer.replayed) reply.header('idempotency-replayed', 'true');
  const visit = visitOf(answer);
  reply.status(answer.status);
  return visit;
}
