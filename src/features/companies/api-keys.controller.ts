import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { invalidField } from '../../foundation/errors/api-error';
import { AllowAccess } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { ApiKeyListDto, IssueApiKeyDto, IssuedApiKeyDto, toApiKeyDto } from './api-keys.dto';
import { ApiKeysService } from './api-keys.service';
import { type Author, ChangedBy } from './audit-log.repository';

const CompanyParam = () => Param('id', new UuidParam());

@ApiTags('companies')
@AllowAccess('admin')
@Controller('companies/:id/keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @ApiOperation({ summary: 'Issue a key; it is shown in this answer only' })
  @ApiCreatedResponse({ type: IssuedApiKeyDto })
  async issue(
    @CompanyParam() companyId: string,
    @Body() body: IssueApiKeyDto,
    @ChangedBy() author: Author,
  ): Promise<IssuedApiKeyDto> {
    if (body.kind === 'secret' && body.origins) throw invalidField('origins', 'belongs to publishable keys only');
    const { key, row } = await this.keys.issue(companyId, body, author);
    return { ...toApiKeyDto(row), key };
  }

  @Get()
  @ApiOperation({ summary: 'List the keys, revoked ones included' })
  @ApiOkResponse({ type: ApiKeyListDto })
  async list(@CompanyParam() companyId: string): Promise<ApiKeyListDto> {
    return { data: (await this.keys.list(companyId)).map(toApiKeyDto) };
  }

  @Delete(':keyId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key; it stops working everywhere within two seconds' })
  @ApiNoContentResponse()
  async revoke(
    @CompanyParam() companyId: string,
    @Param('keyId', new UuidParam()) keyId: string,
    @ChangedBy() author: Author,
  ): Promise<void> {
    await this.keys.revoke(companyId, keyId, author);
  }
}
