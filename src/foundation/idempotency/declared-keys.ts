import type { OpenAPIObject } from '@nestjs/swagger';

const HEADER = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description: '1 to 255 printable ASCII characters',
  schema: { type: 'string' as const },
};

/** Declares the header at every POST that takes it and does not say so itself. Receivers of webhooks take none. */
export function declareIdempotencyKeys({ paths }: OpenAPIObject): void {
  for (const { post } of Object.values(paths)) {
    if (!post || accessOf(post).includes('anyone')) continue;
    const parameters = (post.parameters ??= []);
    if (!parameters.some((parameter) => 'name' in parameter && parameter.name === HEADER.name)) parameters.push(HEADER);
  }
}

function accessOf(operation: object): unknown[] {
  const access: unknown = 'x-access' in operation ? operation['x-access'] : [];
  return Array.isArray(access) ? access : [];
}
