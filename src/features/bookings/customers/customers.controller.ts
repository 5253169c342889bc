import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AllowAccess, CompanyId } from '../../../foundation/http/access';
import { UuidParam } from '../../../foundation/http/uuid-param';
import { NoProperties } from '../../../foundation/http/validation';
import { CustomerErasure } from './customer-erasure';
import { ChangeCustomerDto, CustomerPageDto, CustomerView, ListCustomersDto } from './customers.dto';
import { CustomersService } from './customers.service';

const CustomerId = () => Param('id', new UuidParam());

@ApiTags('customers')
@AllowAccess('secret')
@Controller('customers')
export class CustomersController {
  constructor(
    private readonly customers: CustomersService,
    private readonly erasure: CustomerErasure,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List, newest first; by e-mail, telephone number, or what the name begins with' })
  @ApiOkResponse({ type: CustomerPageDto })
  list(@CompanyId() companyId: string, @Query() query: ListCustomersDto) {
    return this.customers.list(companyId, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One customer' })
  @ApiOkResponse({ type: CustomerView })
  get(@CompanyId() companyId: string, @CustomerId() id: string) {
    return this.customers.get(companyId, id);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a customer; bookings stay as they were made' })
  @ApiOkResponse({ type: CustomerView })
  change(@CompanyId() companyId: string, @CustomerId() id: string, @Body() body: ChangeCustomerDto) {
    return this.customers.change(companyId, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Erase a customer for good; future bookings must be cancelled first' })
  @ApiNoContentResponse()
  erase(@CompanyId() companyId: string, @CustomerId() id: string, @Body(NoProperties) _body: unknown) {
    return this.erasure.erase(companyId, id);
  }
}
