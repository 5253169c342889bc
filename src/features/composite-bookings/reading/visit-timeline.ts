import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Injectable } from '@nestjs/common';
import { type DiaryEntry, Sagas } from '../../bookings/saga/sagas.service';
import { VisitReader } from './visit-reader';
import { VisitsRepository } from '../visits.repository';

/** The latest ones: a cancellation that is refused for a day leaves some 300. */
const ENTRIES_MAX = 500;

/** What a kind of saga is for, in words. */
const PURPOSE = {
  booking: 'book',
  visit: 'book',
  'visit-move': 'move',
  'visit-tidy': 'move',
  'visit-cancel': 'cancel',
} as const;

export class TimelineEntry {
  @ApiProperty({ format: 'date-time' })
  at: string;

  @ApiProperty({ enum: ['book', 'move', 'cancel'], description: 'What was being done with the visit' })
  purpose: (typeof PURPOSE)[keyof typeof PURPOSE];

  @ApiProperty({ example: 'booked', description: 'What happened; see docs/composite-bookings.md' })
  what: string;

  @ApiPropertyOptional({ description: 'Place of the segment in the visit, from 0; absent for the visit as a whole' })
  segment?: number;

  @ApiPropertyOptional()
  segmentName?: string;

  @ApiPropertyOptional({ description: 'Which attempt of this segment; each one is sent at most once' })
  attempt?: number;

  @ApiPropertyOptional({ description: 'What the provider, or the way to it, said', example: 'SLOT_UNAVAILABLE' })
  code?: string;

  @ApiPropertyOptional()
  reason?: string;

  @ApiPropertyOptional({ description: "The provider's HTTP status" })
  providerStatus?: number;

  @ApiProperty({ format: 'uuid', description: 'Which process did it: a new id for each start of one' })
  replica: string;
}

/** What was done for visits, as their sagas wrote it down. */
@Injectable()
export class VisitTimeline {
  constructor(
    private readonly sagas: Sagas,
    private readonly visits: VisitsRepository,
    private readonly reader: VisitReader,
  ) {}

  /** @throws ApiError `BOOKING_NOT_FOUND` */
  async of(companyId: string, id: string): Promise<TimelineEntry[]> {
    const { segments } = await this.reader.row(companyId, id);
    const diary = await this.sagas.diaryOf(companyId, await this.visits.sagasOf(companyId, id), ENTRIES_MAX);
    return diary.map(({ at, kind, what, appointmentId, attempt, remark, replica }: DiaryEntry): TimelineEntry => {
      const segment = segments.findIndex(({ bookingId }) => bookingId === appointmentId);
      return {
        at: at.toISOString(),
        purpose: PURPOSE[kind],
        what,
        ...(segment < 0 ? {} : { segment, segmentName: segments[segment]!.name }),
        ...(attempt === undefined ? {} : { attempt }),
        ...remark,
        replica,
      };
    });
  }
}
