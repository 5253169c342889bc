import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../foundation/config/app-config';
import { ApiError } from '../../foundation/errors/api-error';
import {
  type ChangeEndpointDto,
  type CreateEndpointDto,
  type EndpointView,
  type EndpointWithSecret,
  endpointView,
} from './endpoints.dto';
import { EndpointSecrets } from './endpoints-secrets';
import { endpointUrl } from './endpoints-url';
import { EndpointsRepository } from './endpoints.repository';

/** A company has one or two; each costs a delivery an event. */
const ENDPOINTS_MAX = 10;

/** Where a company's own programs are told of events. Other companies' endpoints are not found. */
@Injectable()
export class EndpointsService {
  readonly allowPrivateHosts: boolean;

  constructor(
    private readonly rows: EndpointsRepository,
    private readonly secrets: EndpointSecrets,
    config: ConfigService<AppConfig, true>,
  ) {
    this.allowPrivateHosts = config.get('allowPrivateProviderHosts', { infer: true });
  }

  /** @throws ApiError VALIDATION_ERROR for an address that must not be called; CONFLICT `TOO_MANY_ENDPOINTS`. */
  async create(companyId: string, wish: CreateEndpointDto): Promise<EndpointWithSecret> {
    const { types = [], description = null, enabled = true } = wish;
    const url = await endpointUrl(wish.url, this);
    const id = randomUUID();
    const { secret, sealed: sealedSecret } = this.secrets.create(companyId);
    const disabledReason = enabled ? null : ('requested' as const);
    const row = { id, companyId, url, description, types, enabled, disabledReason, sealedSecret };
    const isRoom = await this.rows.insert(row, ENDPOINTS_MAX);
    if (!isRoom) throw new ApiError('CONFLICT', { details: { reason: 'TOO_MANY_ENDPOINTS', max: ENDPOINTS_MAX } });
    return { ...(await this.get(companyId, id)), secret };
  }

  async list(companyId: string): Promise<EndpointView[]> {
    return (await this.rows.list(companyId)).map(endpointView);
  }

  /** @throws ApiError NOT_FOUND */
  async get(companyId: string, id: string): Promise<EndpointView> {
    const row = await this.rows.find(companyId, id);
    if (!row) throw new ApiError('NOT_FOUND');
    return endpointView(row);
  }

  /** @throws ApiError NOT_FOUND; CONFLICT `ENDPOINT_DISABLED` */
  async getEnabled(companyId: string, id: string): Promise<EndpointView> {
    const endpoint = await this.get(companyId, id);
    if (!endpoint.enabled) throw new ApiError('CONFLICT', { details: { reason: 'ENDPOINT_DISABLED' } });
    return endpoint;
  }

  /**
   * What waits for an endpoint that is switched off is skipped. Switching it on forgets its failures.
   *
   * @throws ApiError NOT_FOUND; VALIDATION_ERROR for an address that must not be called.
   */
  async change(companyId: string, id: string, { url, ...change }: ChangeEndpointDto): Promise<EndpointView> {
    await this.get(companyId, id);
    const address = url === undefined ? {} : { url: await endpointUrl(url, this) };
    await this.rows.change(companyId, id, { ...change, ...address });
    return this.get(companyId, id);
  }

  /** Deletes it with its deliveries; what has not been sent is not sent. @throws ApiError NOT_FOUND */
  async remove(companyId: string, id: string): Promise<void> {
    if (!(await this.rows.remove(companyId, id))) throw new ApiError('NOT_FOUND');
  }

  /**
   * A new secret; the one before signs as well for 24 h. Rotating again within that time ends the oldest at once.
   *
   * @throws ApiError NOT_FOUND
   */
  async rotateSecret(companyId: string, id: string): Promise<EndpointWithSecret> {
    const { secret, sealed } = this.secrets.create(companyId);
    if (!(await this.rows.rotate(companyId, id, sealed))) throw new ApiError('NOT_FOUND');
    return { ...(await this.get(companyId, id)), secret };
  }
}
