import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import {
  ApiBody,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiSecurity,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import { AllowAccess, type CalledRequest } from '../../foundation/http/access';
import { OwnIdempotency } from '../../foundation/idempotency/own-idempotency';
import { WebhookConnections } from './webhook-connections';
import { Received } from './webhook-delivery.dto';
import { WebhookInbox } from './webhook-inbox.service';

const ANY_BYTES = { schema: { type: 'object' }, description: 'any bytes: the signature is over them as they are' };
const NO_BODY = Buffer.alloc(0);

/** Cal.com's door. Open to everybody, because the signature over the bytes is the key. */
@ApiTags('webhooks')
@ApiSecurity({})
@ApiHeader({ name: 'x-cal-signature-256', required: true, description: 'hex HMAC-SHA256 of the raw body' })
@ApiUnauthorizedResponse({ description: 'not genuine, or no such connection: the same answer' })
@AllowAccess('anyone')
@Controller('webhooks/calcom')
@OwnIdempotency()
export class WebhookReceiverController {
  constructor(
    private readonly inbox: WebhookInbox,
    private readonly connections: WebhookConnections,
  ) {}

  @Post(':connectionId')
  @HttpCode(200)
  @ApiBody(ANY_BYTES)
  @ApiOperation({ summary: 'Receive a webhook of one connection, signed in x-cal-signature-256' })
  @ApiOkResponse({ type: Received })
  async receive(@Param('connectionId') id: string, @Req() request: CalledRequest): Promise<Received> {
    const connection = await this.connections.find(id);
    await this.inbox.receive(connection, request.rawBody ?? NO_BODY, request.headers);
    return { received: true };
  }

  @Post()
  @HttpCode(200)
  @ApiBody(ANY_BYTES)
  @ApiOperation({ summary: 'Receive a webhook of the default connection, signed in x-cal-signature-256' })
  @ApiOkResponse({ type: Received })
  async receiveDefault(@Req() request: CalledRequest): Promise<Received> {
    const connection = await this.connections.default();
    await this.inbox.receive(connection, request.rawBody ?? NO_BODY, request.headers);
    return { received: true };
  }
}
