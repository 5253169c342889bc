import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Req,
  UseInterceptors,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { invalidField } from '../../foundation/errors/api-error';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { pageOf } from '../../foundation/http/cursor';
import { UuidParam } from '../../foundation/http/uuid-param';
import { NoProperties } from '../../foundation/http/validation';
import { TellsCatalogueChanges } from './catalogue-changes';
import { askedPage, cursorOf, ListQueryDto } from './list-query.dto';
import { StaffMatchDto, toStaffMatchDto } from './staff-match.dto';
import { StaffMatching } from './staff-matching.service';
import { ChangeStaffDto, CreateStaffDto, StaffDto, StaffPageDto, toStaffDto } from './staff.dto';
import { StaffService } from './staff.service';

const StaffId = () => Param('id', new UuidParam('STAFF_NOT_FOUND'));

@ApiTags('services')
@AllowAccess('secret')
@UseInterceptors(TellsCatalogueChanges)
@Controller('staff')
export class StaffController {
  constructor(
    private readonly staff: StaffService,
    private readonly matching: StaffMatching,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List the people of the company, oldest first' })
  @ApiOkResponse({ type: StaffPageDto })
  async list(@CompanyId() companyId: string, @Query() query: ListQueryDto): Promise<StaffPageDto> {
    const { limit, after } = askedPage(query);
    return pageOf(await this.staff.list(companyId, limit, after), limit, cursorOf, toStaffDto);
  }

  @Post()
  @ApiOperation({ summary: 'Add a person' })
  @ApiCreatedResponse({ type: StaffDto })
  async create(@CompanyId() companyId: string, @Body() body: CreateStaffDto): Promise<StaffDto> {
    return toStaffDto(await this.staff.create(companyId, body));
  }

  @Post('match')
  @HttpCode(200)
  @ApiOperation({
    summary: "Find the company's people among the hosts at the provider; what was chosen by hand stays",
  })
  @ApiOkResponse({ type: StaffMatchDto })
  async match(
    @CompanyId() companyId: string,
    @Req() request: FastifyRequest,
    @Body(NoProperties) _body: unknown,
  ): Promise<StaffMatchDto> {
    return toStaffMatchDto(await this.matching.match(companyId, { correlationId: String(request.id) }));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One person' })
  @ApiOkResponse({ type: StaffDto })
  async read(@CompanyId() companyId: string, @StaffId() id: string): Promise<StaffDto> {
    return toStaffDto(await this.staff.get(companyId, id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a person; what is left out stays' })
  @ApiOkResponse({ type: StaffDto })
  async change(@CompanyId() companyId: string, @StaffId() id: string, @Body() body: ChangeStaffDto): Promise<StaffDto> {
    if (Object.values(body).every((value) => value === undefined)) throw invalidField('body', 'changes nothing');
    return toStaffDto(await this.staff.change(companyId, id, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a person whom no service names; what was booked with them stays' })
  @ApiNoContentResponse()
  async remove(@CompanyId() companyId: string, @StaffId() id: string): Promise<void> {
    await this.staff.remove(companyId, id);
  }
}
