import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayNotEmpty, ArrayUnique, IsArray, IsIn, MaxLength, ValidateIf } from 'class-validator';
import { IsFilled } from '../../foundation/http/validation';
import type { ApiKeyKind, ApiKeyRow } from './api-key.entity';
import { IsPageOrigin } from './company-rules';

export class IssueApiKeyDto {
  @ApiProperty({ enum: ['secret', 'publishable'] })
  @IsIn(['secret', 'publishable'])
  kind: ApiKeyKind;

  @ApiProperty({ example: 'booking page', maxLength: 100 })
  @MaxLength(100)
  @IsFilled()
  name: string;

  @ApiPropertyOptional({
    type: [String],
    example: ['https://book.example.com'],
    description: 'For publishable keys, and required there: the pages that may use the key.',
  })
  @ValidateIf(({ kind }: IssueApiKeyDto, origins: unknown) => kind === 'publishable' || origins !== undefined)
  @IsPageOrigin({ each: true })
  @ArrayUnique()
  @ArrayMaxSize(20)
  @ArrayNotEmpty()
  @IsArray()
  origins?: string[];
}

export class ApiKeyDto {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ enum: ['secret', 'publishable'] })
  kind: ApiKeyKind;

  @ApiProperty()
  name: string;

  @ApiProperty({ description: "The key's last characters." })
  hint: string;

  @ApiProperty({ type: [String] })
  origins: string[];

  @ApiProperty({ format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revokedAt: string | null;
}

export class IssuedApiKeyDto extends ApiKeyDto {
  @ApiProperty({ description: 'The key itself, shown this once.' })
  key: string;
}

export class ApiKeyListDto {
  @ApiProperty({ type: [ApiKeyDto] })
  data: ApiKeyDto[];
}

export function toApiKeyDto({ id, kind, name, hint, origins, createdAt, revokedAt }: ApiKeyRow): ApiKeyDto {
  const times = { createdAt: createdAt.toISOString(), revokedAt: revokedAt?.toISOString() ?? null };
  return { id, kind, name, hint, origins, ...times };
}
