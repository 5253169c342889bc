import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import { IsInstant } from '../../../foundation/http/validation';
import { CERTAINTIES, type Certainty, EXPLAIN_CODES, type ExplainCode } from './explain-reason';
import type { Explanation } from './explain.service';
import { shownReason } from './shown-reason';

export class ExplainQueryDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID('all')
  eventTypeId: string;

  @ApiProperty({
    format: 'date-time',
    description:
      'The start in question, with an offset. In the doubled hour of autumn the offset says which of the two is meant.',
    example: '2026-12-01T09:00:00+01:00',
  })
  @IsInstant()
  start: string;
}

export class ExplainReasonDto {
  @ApiProperty({ enum: EXPLAIN_CODES })
  code: ExplainCode;

  @ApiProperty({ enum: CERTAINTIES })
  certainty: Certainty;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What speaks for this reason. A publishable key sees no ids, and no times of other bookings.',
  })
  evidence: Record<string, unknown>;
}

export class ExplanationDto {
  @ApiProperty({ format: 'date-time', description: "The asked instant in the host's zone." })
  start: string;

  @ApiProperty({ description: "The host's zone.", example: 'Europe/Berlin' })
  timeZone: string;

  @ApiProperty({ description: 'Whether this start is offered now; true exactly when there are no reasons.' })
  offered: boolean;

  @ApiProperty({ type: [ExplainReasonDto] })
  reasons: ExplainReasonDto[];
}

export function toExplanationDto({ reasons, ...answer }: Explanation, isTrusted: boolean): ExplanationDto {
  return {
    ...answer,
    reasons: reasons.map((reason) => shownReason(reason, isTrusted)),
  };
}
