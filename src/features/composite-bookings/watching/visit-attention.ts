import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Injectable } from '@nestjs/common';
import type { SagaKind } from '../../bookings/saga/sagas.service';
import { segmentOf, VisitDecisions } from './visit-decisions';
import { VisitReader } from '../reading/visit-reader';

const BY_HAND =
  'Cancel this booking at the provider by hand, then POST .../resolve; or remove what keeps it from being cancelled, then POST .../retry.';
const ACTIONS: Record<SagaKind, string> = {
  booking: BY_HAND,
  visit: BY_HAND,
  'visit-cancel': BY_HAND,
  'visit-tidy': BY_HAND,
  'visit-move':
    'This booking was moved, and its old time is not free any more: free it and POST .../retry; or leave the booking where it is, or move it by hand, tell the customer, and POST .../resolve.',
};

/** A segment that only a person can settle. */
export class AttentionView {
  @ApiProperty({ description: 'Place of the segment in the visit, from 0' })
  segment: number;

  @ApiProperty()
  segmentName: string;

  @ApiProperty({ format: 'uuid' })
  bookingId: string;

  @ApiPropertyOptional({ description: 'What the provider said, by meaning', example: 'REFUSED' })
  code?: string;

  @ApiPropertyOptional({ example: 'CANCELLING_DISABLED' })
  reason?: string;

  @ApiPropertyOptional({ description: "The provider's HTTP status" })
  providerStatus?: number;

  @ApiProperty({ description: 'What a person can do' })
  action: string;
}

/** What of a visit waits for a person. */
@Injectable()
export class VisitAttention {
  constructor(
    private readonly reader: VisitReader,
    private readonly decisions: VisitDecisions,
  ) {}

  /** Empty when nothing does. @throws ApiError `BOOKING_NOT_FOUND` */
  async of(companyId: string, id: string): Promise<AttentionView[]> {
    const visit = await this.reader.row(companyId, id);
    const stuck = await this.decisions.stuckOf(visit);
    return stuck.map(({ kind, step }) => {
      const { index: segment, name: segmentName, bookingId } = segmentOf(visit, step);
      return { segment, segmentName, bookingId, ...step.lastError, action: ACTIONS[kind] };
    });
  }
}
