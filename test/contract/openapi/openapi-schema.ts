/** A schema object of OpenAPI 3.0, as far as it is read here. */
export interface OpenApiSchema {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  properties?: Record<string, OpenApiSchema>;
  required?: string[];
  items?: OpenApiSchema;
  oneOf?: OpenApiSchema[];
  anyOf?: OpenApiSchema[];
  allOf?: OpenApiSchema[];
  additionalProperties?: OpenApiSchema | boolean;
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

export type JsonSchema = Record<string, unknown>;

const COPIED = [
  'enum',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
] as const;

/**
 * The same as plain JSON Schema with all references written out. `strict` refuses properties the file does not name.
 * A `oneOf` becomes `anyOf`, because the alternatives of Cal.com's file overlap: a booking fits several of them.
 * A schema that contains itself is left open at its second occurrence.
 */
export function toJsonSchema(
  schema: OpenApiSchema,
  components: Record<string, OpenApiSchema>,
  strict: boolean,
  within: string[] = [],
): JsonSchema {
  const nested = (part: OpenApiSchema): JsonSchema => toJsonSchema(part, components, strict, within);
  if (schema.$ref) return withNull(schema, resolve(schema.$ref, components, strict, within));
  const result = ownKeywords(schema);
  if (schema.items) result.items = nested(schema.items);
  if (schema.allOf) result.allOf = schema.allOf.map(nested);
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) result.anyOf = alternatives.map(nested);
  return withNull(schema, { ...result, ...objectKeywords(schema, nested, strict) });
}

function ownKeywords(schema: OpenApiSchema): JsonSchema {
  const result: JsonSchema = {};
  for (const keyword of COPIED) if (schema[keyword] !== undefined) result[keyword] = schema[keyword];
  // Cal.com's file repeats the values that an array's items may have at the array itself.
  if (schema.type === 'array') delete result.enum;
  if (schema.type) result.type = schema.type;
  return result;
}

function objectKeywords(
  schema: OpenApiSchema,
  nested: (part: OpenApiSchema) => JsonSchema,
  strict: boolean,
): JsonSchema {
  const result: JsonSchema = {};
  if (schema.required?.length) result.required = schema.required;
  if (schema.properties) {
    const entries = Object.entries(schema.properties).map(([name, part]) => [name, nested(part)]);
    result.properties = Object.fromEntries(entries);
    if (strict && !schema.allOf) result.additionalProperties = false;
  }
  const more = schema.additionalProperties;
  if (more !== undefined) result.additionalProperties = typeof more === 'boolean' ? more : nested(more);
  return result;
}

function resolve(
  ref: string,
  components: Record<string, OpenApiSchema>,
  strict: boolean,
  within: string[],
): JsonSchema {
  const name = ref.replace('#/components/schemas/', '');
  const target = components[name];
  if (!target) throw new Error(`the file has no schema ${ref}`);
  return within.includes(name) ? {} : toJsonSchema(target, components, strict, [...within, name]);
}

function withNull(schema: OpenApiSchema, result: JsonSchema): JsonSchema {
  return schema.nullable ? { anyOf: [result, { type: 'null' }] } : result;
}
