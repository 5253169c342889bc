import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { invalidField } from '../../foundation/errors/api-error';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { decodeCursor, pageOf } from '../../foundation/http/cursor';
import { UuidParam } from '../../foundation/http/uuid-param';
import { NoProperties } from '../../foundation/http/validation';
import type { CallContext } from '../../scheduling/call-context';
import { EventTypeDto, EventTypePageDto, SyncCountsDto, toEventTypeDto } from './event-type-answer.dto';
import { EventTypeChanges } from './event-type-changes.service';
import { ChangeEventTypeDto, checkTeamFields, CreateEventTypeDto, ListEventTypesDto } from './event-types.dto';
import type { EventTypeFilter } from './event-types.repository';
import { EventTypesService } from './event-types.service';

const PAGE_SIZE_DEFAULT = 50;
const EventTypeId = () => Param('id', new UuidParam('EVENT_TYPE_NOT_FOUND'));

@ApiTags('event types')
@AllowAccess('secret')
@Controller('event-types')
export class EventTypesController {
  constructor(
    private readonly eventTypes: EventTypesService,
    private readonly changes: EventTypeChanges,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List event types of the account and of its teams, as last synced, oldest first' })
  @ApiOkResponse({ type: EventTypePageDto })
  async list(@CompanyId() companyId: string, @Query() query: ListEventTypesDto): Promise<EventTypePageDto> {
    const limit = Number(query.limit ?? PAGE_SIZE_DEFAULT);
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const rows = await this.eventTypes.list(companyId, filterOf(query), limit, after);
    return pageOf(rows, limit, (row) => ({ at: row.createdAt.toISOString(), id: row.id }), toEventTypeDto);
  }

  @Post()
  @ApiOperation({ summary: 'Create an event type at the provider, for the account itself or for a team' })
  @ApiCreatedResponse({ type: EventTypeDto })
  async create(
    @CompanyId() companyId: string,
    @Body() body: CreateEventTypeDto,
    @Req() request: FastifyRequest,
  ): Promise<EventTypeDto> {
    checkTeamFields(body);
    return toEventTypeDto(await this.changes.create(companyId, body, contextOf(request)));
  }

  @Post('sync')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Read all event types of the account and of its teams at the provider, and bring ours in line',
  })
  @ApiOkResponse({ type: SyncCountsDto })
  async sync(
    @CompanyId() companyId: string,
    @Req() request: FastifyRequest,
    @Body(NoProperties) _body: unknown,
  ): Promise<SyncCountsDto> {
    return this.eventTypes.sync(companyId, contextOf(request));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One event type, as the provider has it now' })
  @ApiOkResponse({ type: EventTypeDto })
  async read(
    @CompanyId() companyId: string,
    @EventTypeId() id: string,
    @Req() request: FastifyRequest,
  ): Promise<EventTypeDto> {
    return toEventTypeDto(await this.changes.read(companyId, id, contextOf(request)));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change an event type at the provider; what is left out stays' })
  @ApiOkResponse({ type: EventTypeDto })
  async change(
    @CompanyId() companyId: string,
    @EventTypeId() id: string,
    @Body() body: ChangeEventTypeDto,
    @Req() request: FastifyRequest,
  ): Promise<EventTypeDto> {
    if (Object.values(body).every((value) => value === undefined)) throw invalidField('body', 'changes nothing');
    return toEventTypeDto(await this.changes.change(companyId, id, body, contextOf(request)));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete an event type at the provider; its appointments stay' })
  @ApiNoContentResponse()
  async remove(
    @CompanyId() companyId: string,
    @EventTypeId() id: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.changes.remove(companyId, id, contextOf(request));
  }
}

/** The caller's correlation id goes with every call to the provider. */
function contextOf(request: FastifyRequest): CallContext {
  return { correlationId: String(request.id) };
}

function filterOf({ slug, hidden, teamId }: ListEventTypesDto): EventTypeFilter {
  return { slug, teamId, ...(hidden === undefined ? {} : { hidden: hidden === 'true' }) };
}
