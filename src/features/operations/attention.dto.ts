import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { IsPageSize } from '../../foundation/http/validation';
import { ATTENTION_KIND_NAMES, ATTENTION_KINDS, type AttentionKind } from './attention-kinds';
import type { AttentionItem } from './attention.service';

export class AttentionQuery {
  @ApiPropertyOptional({ enum: ATTENTION_KIND_NAMES })
  @IsOptional()
  @IsIn(ATTENTION_KIND_NAMES)
  kind?: AttentionKind;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  companyId?: string;

  @ApiPropertyOptional({ type: String, description: '1 to 100', default: '50' })
  @IsOptional()
  @IsPageSize()
  limit?: string;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before' })
  @IsOptional()
  @MaxLength(200)
  @IsString()
  cursor?: string;
}

export class AttentionItemDto {
  @ApiProperty({ format: 'uuid', description: 'of this item, the same as long as it waits' })
  id!: string;

  @ApiProperty({ enum: ATTENTION_KIND_NAMES })
  kind!: AttentionKind;

  @ApiProperty({ format: 'uuid' })
  companyId!: string;

  @ApiProperty({ format: 'uuid', description: 'of the saga, booking, delivery, connection or endpoint that waits' })
  subjectId!: string;

  @ApiProperty({ format: 'date-time' })
  since!: string;

  @ApiProperty({ description: 'what a person can do' })
  action!: string;
}

export class AttentionPage {
  @ApiProperty({ type: [AttentionItemDto] })
  data!: AttentionItemDto[];

  @ApiPropertyOptional()
  nextCursor?: string;
}

export function attentionItemDto({ since, ...item }: AttentionItem): AttentionItemDto {
  return { ...item, since: since.toISOString(), action: ATTENTION_KINDS[item.kind] };
}
