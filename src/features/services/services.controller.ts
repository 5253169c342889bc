import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, UseInterceptors } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { invalidField } from '../../foundation/errors/api-error';
import { AllowAccess, type Caller, CompanyId, CurrentCaller } from '../../foundation/http/access';
import { type Page, pageOf } from '../../foundation/http/cursor';
import { UuidParam } from '../../foundation/http/uuid-param';
import { TellsCatalogueChanges } from './catalogue-changes';
import { askedPage, cursorOf, ListQueryDto } from './list-query.dto';
import { PublicServiceDto, ServiceDto, toPublicServiceDto, toServiceDto } from './service-answer.dto';
import { ServiceCatalogue } from './service-catalogue.service';
import { ChangeServiceDto, CreateServiceDto } from './services.dto';
import type { Service } from './services.repository';
import { StaffService } from './staff.service';

const ServiceId = () => Param('id', new UuidParam('SERVICE_NOT_FOUND'));
const EITHER_VIEW = { oneOf: [ServiceDto, PublicServiceDto].map((view) => ({ $ref: getSchemaPath(view) })) };
const PAGE = {
  type: 'object',
  required: ['data'],
  properties: {
    data: { type: 'array', items: EITHER_VIEW },
    nextCursor: { type: 'string', description: 'Send it as `cursor` for the next page; absent on the last one.' },
  },
};

@ApiTags('services')
@ApiExtraModels(ServiceDto, PublicServiceDto)
@AllowAccess('secret')
@UseInterceptors(TellsCatalogueChanges)
@Controller('services')
export class ServicesController {
  constructor(
    private readonly services: ServiceCatalogue,
    private readonly staff: StaffService,
  ) {}

  @Get()
  @AllowAccess('secret', 'publishable')
  @ApiOperation({ summary: 'List services, oldest first; a publishable key sees what a booking page may show' })
  @ApiOkResponse({ schema: PAGE })
  async list(
    @CurrentCaller() caller: Caller,
    @CompanyId() companyId: string,
    @Query() query: ListQueryDto,
  ): Promise<Page<ServiceDto | PublicServiceDto>> {
    const { limit, after } = askedPage(query);
    const rows = await this.services.list(companyId, limit, after);
    return pageOf(rows, limit, cursorOf, await this.viewFor(caller, companyId));
  }

  @Post()
  @ApiOperation({ summary: 'Create a service: simple with one segment, composite with several' })
  @ApiCreatedResponse({ type: ServiceDto })
  async create(@CompanyId() companyId: string, @Body() body: CreateServiceDto): Promise<ServiceDto> {
    const { name, onePerson = 'preferred', allowConfirmation = false, segments } = body;
    const draft = { name: name.trim(), onePerson, allowConfirmation, segments };
    return toServiceDto(await this.services.create(companyId, draft));
  }

  @Get(':id')
  @AllowAccess('secret', 'publishable')
  @ApiOperation({ summary: 'One service; a publishable key sees what a booking page may show' })
  @ApiOkResponse({ schema: EITHER_VIEW })
  async read(
    @CurrentCaller() caller: Caller,
    @CompanyId() companyId: string,
    @ServiceId() id: string,
  ): Promise<ServiceDto | PublicServiceDto> {
    const service = await this.services.get(companyId, id);
    return (await this.viewFor(caller, companyId))(service);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a service; what is left out stays, segments are replaced as a whole' })
  @ApiOkResponse({ type: ServiceDto })
  async change(
    @CompanyId() companyId: string,
    @ServiceId() id: string,
    @Body() body: ChangeServiceDto,
  ): Promise<ServiceDto> {
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    if (Object.keys(given).length === 0) throw invalidField('body', 'changes nothing');
    const changes = body.name === undefined ? given : { ...given, name: body.name.trim() };
    return toServiceDto(await this.services.change(companyId, id, changes));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a service; what was booked for it stays' })
  @ApiNoContentResponse()
  async remove(@CompanyId() companyId: string, @ServiceId() id: string): Promise<void> {
    await this.services.remove(companyId, id);
  }

  private async viewFor(
    { kind }: Caller,
    companyId: string,
  ): Promise<(service: Service) => ServiceDto | PublicServiceDto> {
    if (kind === 'secret') return toServiceDto;
    const staff = await this.staff.all(companyId);
    return (service) => toPublicServiceDto(service, staff);
  }
}
