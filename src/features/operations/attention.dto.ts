import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { ATTENTION_KIND_NAMES, ATTENTION_KINDS, type AttentionKind } from './attention-kinds';
import type { AttentionItem } from './attention.service';
import { pageQuery } from '../../foundation/http/page-query.dto';

export class AttentionQuery extends pageQuery(50) {
  @ApiPropertyOptional({ enum: ATTENTION_KIND_NAMES })
  @IsOptional()
  @IsIn(ATTENTION_KIND_NAMES)
  kind?: AttentionKind;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  companyId?: string;
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
