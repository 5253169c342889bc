import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ERROR_CODES } from '../errors/error-table';
import { declareIdempotencyKeys } from '../idempotency/declared-keys';

/** The OpenAPI document, made from the controllers and DTOs. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Slotbridge')
    .setDescription('One booking API in front of the scheduling accounts that companies already have.')
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'admin key, `sk_` secret key or `pk_` publishable key',
    })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, builder);
  document.components = { ...document.components, schemas: { ...document.components?.schemas, Error: errorSchema() } };
  declareIdempotencyKeys(document);
  return document;
}

/** Serves the document at `/openapi.json` and a page for people at `/docs`. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), { jsonDocumentUrl: 'openapi.json' });
}

function errorSchema() {
  return {
    type: 'object',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['code', 'message', 'details', 'correlationId', 'timestamp'],
        properties: {
          code: { type: 'string', enum: [...ERROR_CODES] },
          message: { type: 'string' },
          details: { type: 'object' },
          correlationId: { type: 'string' },
          timestamp: { type: 'string', format: 'date-time' },
        },
      },
    },
  };
}
