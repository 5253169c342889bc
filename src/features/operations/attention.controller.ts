import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AllowAccess } from '../../foundation/http/access';
import { decodeCursor } from '../../foundation/http/cursor';
import { attentionItemDto, AttentionPage, AttentionQuery } from './attention.dto';
import { Attention } from './attention.service';

const PAGE_SIZE = 50;

@ApiTags('operations')
@AllowAccess('admin')
@Controller('attention')
export class AttentionController {
  constructor(private readonly attention: Attention) {}

  @Get()
  @ApiOperation({ summary: 'Everything that waits for a person, over all companies, longest first' })
  @ApiOkResponse({ type: AttentionPage })
  async list(@Query() { kind, companyId, limit, cursor }: AttentionQuery): Promise<AttentionPage> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const filter = { ...(kind ? { kind } : {}), ...(companyId ? { companyId } : {}) };
    const { data, ...rest } = await this.attention.list(filter, Number(limit ?? PAGE_SIZE), after);
    return { data: data.map(attentionItemDto), ...rest };
  }
}
