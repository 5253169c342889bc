import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiError } from '../../foundation/errors/api-error';
import { AllowAccess } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { NoProperties } from '../../foundation/http/validation';
import { type Author, ChangedBy } from './audit-log.repository';
import { ConnectionChanges } from './connection-changes';
import { ConnectionDto, PutConnectionDto, toConnectionDto } from './connections.dto';
import { ConnectionsService } from './connections.service';

const CompanyParam = () => Param('id', new UuidParam());

/** The one connection of a company, hence the plural path without an id. */
@ApiTags('companies')
@AllowAccess('admin')
@Controller('companies/:id/connections')
export class ConnectionsController {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly changes: ConnectionChanges,
  ) {}

  @Put()
  @ApiOperation({ summary: 'Verify a credential at the provider, store it and register the webhook' })
  @ApiOkResponse({ type: ConnectionDto })
  async put(
    @CompanyParam() companyId: string,
    @Body() body: PutConnectionDto,
    @ChangedBy() author: Author,
  ): Promise<ConnectionDto> {
    await this.changes.put(companyId, body, author);
    return this.read(companyId);
  }

  @Get()
  @ApiOperation({ summary: "The company's connection; its secrets are never shown" })
  @ApiOkResponse({ type: ConnectionDto })
  async read(@CompanyParam() companyId: string): Promise<ConnectionDto> {
    const connection = await this.connections.ofCompany(companyId);
    if (!connection) throw new ApiError('NOT_FOUND');
    return toConnectionDto(connection);
  }

  @Post('verify')
  @HttpCode(200)
  @ApiOperation({ summary: 'Ask the provider again whether it accepts the credential' })
  @ApiOkResponse({ type: ConnectionDto })
  async verify(
    @CompanyParam() companyId: string,
    @ChangedBy() author: Author,
    @Body(NoProperties) _body: unknown,
  ): Promise<ConnectionDto> {
    await this.changes.verify(companyId, author);
    return this.read(companyId);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Forget the connection; refused while appointments of it exist' })
  @ApiNoContentResponse()
  async remove(@CompanyParam() companyId: string, @ChangedBy() author: Author): Promise<void> {
    await this.changes.remove(companyId, author);
  }
}
