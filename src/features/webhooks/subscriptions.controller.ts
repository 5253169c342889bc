import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AllowAccess, CompanyId } from '../../foundation/http/access';
import { NoProperties } from '../../foundation/http/validation';
import { SubscriptionList } from './subscriptions.dto';
import { SubscriptionsService } from './subscriptions.service';

@ApiTags('webhooks')
@AllowAccess('secret')
@Controller('webhooks/subscriptions')
export class SubscriptionsController {
  constructor(private readonly subscriptions: SubscriptionsService) {}

  @Get()
  @ApiOperation({ summary: 'What the provider is registered to tell us, and whether it does' })
  @ApiOkResponse({ type: SubscriptionList })
  list(@CompanyId() companyId: string): Promise<SubscriptionList> {
    return this.subscriptions.list(companyId);
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Register all webhooks at the provider, or repair those that it lost or that were changed' })
  @ApiOkResponse({ type: SubscriptionList })
  repair(@CompanyId() companyId: string, @Body(NoProperties) _: undefined): Promise<SubscriptionList> {
    return this.subscriptions.repair(companyId);
  }

  @Post('rotate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Make a new secret and bring it to the provider; for 24 hours both are taken' })
  @ApiOkResponse({ type: SubscriptionList })
  rotate(@CompanyId() companyId: string, @Body(NoProperties) _: undefined): Promise<SubscriptionList> {
    return this.subscriptions.rotate(companyId);
  }
}
