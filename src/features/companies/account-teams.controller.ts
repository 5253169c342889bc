import { Controller, Get, Param, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import type { CallContext } from '../../scheduling/call-context';
import {
  TeamEventTypeListDto,
  TeamListDto,
  TeamWithMembersDto,
  toTeamEventTypeListDto,
  toTeamListDto,
  toUserListDto,
  UserListDto,
} from './account-teams.dto';
import { AccountTeamsService } from './account-teams.service';

/** Teams carry the provider's ids in their paths, for they are read there and not kept here. */
@ApiTags('account')
@AllowAccess('secret')
@Controller()
export class AccountTeamsController {
  constructor(private readonly account: AccountTeamsService) {}

  @Get('users')
  @ApiOperation({ summary: 'The account and whoever shares a team with it, as the provider has them now' })
  @ApiOkResponse({ type: UserListDto })
  async users(@CompanyId() companyId: string, @Req() request: FastifyRequest): Promise<UserListDto> {
    return toUserListDto(await this.account.users(companyId, contextOf(request)));
  }

  @Get('teams')
  @ApiOperation({ summary: 'The teams that the account belongs to' })
  @ApiOkResponse({ type: TeamListDto })
  async teams(@CompanyId() companyId: string, @Req() request: FastifyRequest): Promise<TeamListDto> {
    return toTeamListDto(await this.account.teams(companyId, contextOf(request)));
  }

  @Get('teams/:id')
  @ApiOperation({ summary: 'One team with its members' })
  @ApiOkResponse({ type: TeamWithMembersDto })
  async team(
    @CompanyId() companyId: string,
    @Param('id') teamId: string,
    @Req() request: FastifyRequest,
  ): Promise<TeamWithMembersDto> {
    return this.account.team(companyId, teamId, contextOf(request));
  }

  @Get('teams/:id/event-types')
  @ApiOperation({ summary: "A team's event types, managed parents included" })
  @ApiOkResponse({ type: TeamEventTypeListDto })
  async eventTypes(
    @CompanyId() companyId: string,
    @Param('id') teamId: string,
    @Req() request: FastifyRequest,
  ): Promise<TeamEventTypeListDto> {
    return toTeamEventTypeListDto(await this.account.eventTypes(companyId, teamId, contextOf(request)));
  }
}

/** The caller's correlation id goes with every call to the provider. */
function contextOf(request: FastifyRequest): CallContext {
  return { correlationId: String(request.id) };
}
