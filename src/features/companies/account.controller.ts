import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { AccountDto, ScheduleListDto, toAccountDto, toScheduleListDto } from './account.dto';
import { AccountService } from './account.service';

@ApiTags('account')
@AllowAccess('secret')
@Controller()
export class AccountController {
  constructor(private readonly account: AccountService) {}

  @Get('me')
  @ApiOperation({ summary: "The account behind the company's connection, as the provider has it now" })
  @ApiOkResponse({ type: AccountDto })
  async me(@CompanyId() companyId: string): Promise<AccountDto> {
    return toAccountDto(await this.account.me(companyId));
  }

  @Get('schedules')
  @ApiOperation({ summary: "The account's schedules, as the provider has them now" })
  @ApiOkResponse({ type: ScheduleListDto })
  async schedules(@CompanyId() companyId: string): Promise<ScheduleListDto> {
    return toScheduleListDto(await this.account.schedules(companyId));
  }
}
