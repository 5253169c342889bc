import { Controller, Get, Headers, Param, Query } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { ApiError } from '../../../foundation/errors/api-error';
import { AllowAccess, type Caller, CompanyId, CurrentCaller } from '../../../foundation/http/access';
import { UuidParam } from '../../../foundation/http/uuid-param';
import { BookingTokens } from '../../bookings/bookings.service';
import { CompaniesService } from '../../companies/companies.service';
import { CompositeBookingPageDto, ListCompositeBookingsDto } from '../composite-bookings.dto';
import { AttentionView, VisitAttention } from '../watching/visit-attention';
import { forPages } from '../visit-answers';
import { toVisitFilter } from '../booking/visit-input';
import { VisitReader } from './visit-reader';
import { TimelineEntry, VisitTimeline } from './visit-timeline';
import { CompositeBookingView } from './visit-view';

export class CompositeBookingWithTimeline extends CompositeBookingView {
  @ApiPropertyOptional({ type: [AttentionView], description: 'What waits for a person; absent when nothing does' })
  attention?: AttentionView[];

  @ApiProperty({ type: [TimelineEntry], description: 'What was done for it, oldest first' })
  timeline: TimelineEntry[];
}

@ApiTags('composite bookings')
@Controller('composite-bookings')
@AllowAccess('secret')
export class CompositeBookingReadsController {
  constructor(
    private readonly reader: VisitReader,
    private readonly timeline: VisitTimeline,
    private readonly attention: VisitAttention,
    private readonly tokens: BookingTokens,
    private readonly companies: CompaniesService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List by start' })
  @ApiOkResponse({ type: CompositeBookingPageDto })
  async list(@CompanyId() companyId: string, @Query() query: ListCompositeBookingsDto) {
    const { timeZone } = await this.companies.get(companyId);
    const { filter, limit } = toVisitFilter(query, timeZone);
    return this.reader.list(companyId, filter, limit);
  }

  @Get(':id')
  @AllowAccess('secret', 'publishable')
  @ApiOperation({ summary: 'One visit with its timeline, also while its outcome is open' })
  @ApiHeader({ name: 'Booking-Token', description: 'with a publishable key: the `token` that the visit came with' })
  @ApiOkResponse({ type: CompositeBookingWithTimeline })
  async get(
    @CurrentCaller() { kind, companyId }: Caller,
    @Param('id', new UuidParam('BOOKING_NOT_FOUND')) id: string,
    @Headers('booking-token') token: string | undefined,
  ) {
    // Without the token another's visit is not there; the same as one that does not exist.
    const mayNot = kind === 'publishable' && !this.tokens.isOf(companyId, id, token ?? '');
    if (mayNot) throw new ApiError('BOOKING_NOT_FOUND');
    const visit = await this.reader.get(companyId, id);
    if (kind === 'publishable') return forPages(visit);
    const attention = await this.attention.of(companyId, id);
    const timeline = await this.timeline.of(companyId, id);
    return { ...visit, ...(attention.length > 0 ? { attention } : {}), timeline };
  }
}
