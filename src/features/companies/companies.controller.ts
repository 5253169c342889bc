import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { invalidField } from '../../foundation/errors/api-error';
import { AllowAccess } from '../../foundation/http/access';
import { decodeCursor, pageOf } from '../../foundation/http/cursor';
import { UuidParam } from '../../foundation/http/uuid-param';
import { canonicalTimeZone } from '../../foundation/time/zones';
import { type Author, ChangedBy } from './audit-log.repository';
import { ChangeCompanyDto, CompanyDto, CompanyPageDto, CreateCompanyDto, ListCompaniesDto } from './companies.dto';
import type { CompanyFields } from './companies.repository';
import { CompaniesService, type Company } from './companies.service';
import { canonicalLocale } from './company-rules';

const PAGE_SIZE_DEFAULT = 50;
const Id = () => Param('id', new UuidParam());

@ApiTags('companies')
@AllowAccess('admin')
@Controller('companies')
export class CompaniesController {
  constructor(private readonly companies: CompaniesService) {}

  @Get()
  @ApiOperation({ summary: 'List companies, oldest first' })
  @ApiOkResponse({ type: CompanyPageDto })
  async list(@Query() query: ListCompaniesDto): Promise<CompanyPageDto> {
    const limit = Number(query.limit ?? PAGE_SIZE_DEFAULT);
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const rows = await this.companies.list(limit, after);
    return pageOf(rows, limit, (row) => ({ at: row.createdAt.toISOString(), id: row.id }), toDto);
  }

  @Post()
  @ApiOperation({ summary: 'Create a company' })
  @ApiCreatedResponse({ type: CompanyDto })
  async create(@Body() body: CreateCompanyDto, @ChangedBy() author: Author): Promise<CompanyDto> {
    return toDto(await this.companies.create({ ...toFields(body) } as CompanyFields, author));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One company' })
  @ApiOkResponse({ type: CompanyDto })
  async read(@Id() id: string): Promise<CompanyDto> {
    return toDto(await this.companies.get(id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a company; what is left out stays' })
  @ApiOkResponse({ type: CompanyDto })
  async change(@Id() id: string, @Body() body: ChangeCompanyDto, @ChangedBy() author: Author): Promise<CompanyDto> {
    const fields = toFields(body);
    if (Object.keys(fields).length === 0) throw invalidField('body', 'changes nothing');
    return toDto(await this.companies.change(id, fields, author));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a company with everything of it, for good' })
  @ApiNoContentResponse()
  async remove(@Id() id: string, @ChangedBy() author: Author): Promise<void> {
    await this.companies.remove(id, author);
  }
}

/** Only what was sent, in canonical form. */
function toFields({
  name,
  timeZone,
  locale,
  defaultPhoneCountry,
  reserveVisits,
}: ChangeCompanyDto): Partial<CompanyFields> {
  const all = {
    name: name?.trim(),
    timeZone: timeZone === undefined ? undefined : canonicalTimeZone(timeZone),
    locale: locale === undefined ? undefined : canonicalLocale(locale),
    phoneCountry: defaultPhoneCountry,
    reserveVisits,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function toDto({ phoneCountry, createdAt, ...company }: Company): CompanyDto {
  return { ...company, defaultPhoneCountry: phoneCountry, createdAt: createdAt.toISOString() };
}
