import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { UuidParam } from '../../foundation/http/uuid-param';
import { NoProperties } from '../../foundation/http/validation';
import { ChangeEndpointDto, CreateEndpointDto, EndpointList, EndpointView, EndpointWithSecret } from './endpoints.dto';
import { EndpointsService } from './endpoints.service';

const EndpointParam = () => Param('id', new UuidParam());

@ApiTags('outgoing events')
@AllowAccess('secret')
@Controller('webhooks/endpoints')
export class EndpointsController {
  constructor(private readonly endpoints: EndpointsService) {}

  @Post()
  @ApiOperation({ summary: 'Register an endpoint for events; its signing secret is shown in this answer only' })
  @ApiCreatedResponse({ type: EndpointWithSecret })
  create(@CompanyId() companyId: string, @Body() body: CreateEndpointDto): Promise<EndpointWithSecret> {
    return this.endpoints.create(companyId, body);
  }

  @Get()
  @ApiOperation({ summary: "List the company's endpoints, oldest first" })
  @ApiOkResponse({ type: EndpointList })
  async list(@CompanyId() companyId: string): Promise<EndpointList> {
    return { data: await this.endpoints.list(companyId) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One endpoint, and whether it fails at present' })
  @ApiOkResponse({ type: EndpointView })
  get(@CompanyId() companyId: string, @EndpointParam() id: string): Promise<EndpointView> {
    return this.endpoints.get(companyId, id);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change an endpoint, or switch it off and on' })
  @ApiOkResponse({ type: EndpointView })
  change(
    @CompanyId() companyId: string,
    @EndpointParam() id: string,
    @Body() body: ChangeEndpointDto,
  ): Promise<EndpointView> {
    return this.endpoints.change(companyId, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete an endpoint with its log' })
  @ApiNoContentResponse()
  remove(@CompanyId() companyId: string, @EndpointParam() id: string): Promise<void> {
    return this.endpoints.remove(companyId, id);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @ApiOperation({ summary: 'Make a new signing secret; for 24 hours both sign' })
  @ApiOkResponse({ type: EndpointWithSecret })
  rotateSecret(
    @CompanyId() companyId: string,
    @EndpointParam() id: string,
    @Body(NoProperties) _: undefined,
  ): Promise<EndpointWithSecret> {
    return this.endpoints.rotateSecret(companyId, id);
  }
}
