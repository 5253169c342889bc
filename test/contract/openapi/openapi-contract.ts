import { readFileSync } from 'node:fs';
import Ajv, { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { JsonSchema, OpenApiSchema, toJsonSchema } from './openapi-schema';
import { tellErrors } from './schema-errors';

interface Parameter {
  in: 'path' | 'query' | 'header';
  name: string;
  required?: boolean;
  schema: OpenApiSchema;
}

type Content = { content?: { 'application/json'?: { schema: OpenApiSchema } } };

interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: Content & { required?: boolean };
  responses: Record<string, Content>;
}

interface OpenApiFile {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, OpenApiSchema> };
}

export type Query = Record<string, string | string[]>;

/** An operation of the file: `name` is `GET /v2/bookings/{bookingUid}`. */
interface Found {
  name: string;
  operation: Operation;
}

/** Cal.com's own description of its API; tells what in a request or answer it does not allow. */
export class OpenApiContract {
  private readonly ajv = addFormats(new Ajv({ allErrors: true, strict: false, verbose: true }));
  private readonly compiled = new Map<string, ValidateFunction>();

  private constructor(private readonly file: OpenApiFile) {}

  /** Reads an OpenAPI 3.0 file. Throws when it is missing or no JSON. */
  static load(path: string): OpenApiContract {
    return new OpenApiContract(JSON.parse(readFileSync(path, 'utf8')) as OpenApiFile);
  }

  /** `GET /v2/bookings/{bookingUid}` for a concrete path; undefined when the file has no such operation. */
  nameOf(method: string, path: string): string | undefined {
    return this.find(method, path)?.name;
  }

  /** Violations, empty when allowed. `headers` holds those that concern the API, in any letter case. */
  checkRequest(method: string, path: string, query: Query, headers: Record<string, string>, body: unknown): string[] {
    const found = this.find(method, path);
    if (!found) return [`the file has no operation ${method} ${path}`];
    const parameters = found.operation.parameters ?? [];
    return [
      ...this.checkQuery(found, parameters, query),
      ...checkHeaders(parameters, headers),
      ...checkVersion(found, headerOf(headers, 'cal-api-version')),
      ...this.checkRequestBody(found, body),
    ];
  }

  /** Violations of a 2xx answer, empty when allowed. The file describes neither refusals nor other versions. */
  checkResponse(method: string, path: string, version: string | undefined, status: number, body: unknown): string[] {
    const found = this.find(method, path);
    if (!found) return [`the file has no operation ${method} ${path}`];
    if (status >= 300 || checkVersion(found, version).length > 0) return [];
    const response = found.operation.responses[String(status)];
    if (!response) return [`status ${status} is not one of ${Object.keys(found.operation.responses).join(', ')}`];
    const schema = response.content?.['application/json']?.schema;
    return schema ? this.validate(`${found.name} ${status}`, schema, body, false) : [];
  }

  private find(method: string, path: string): Found | undefined {
    const wanted = path.split('/').filter(Boolean);
    const candidates = Object.entries(this.file.paths).filter(
      ([template, operations]) => method.toLowerCase() in operations && fits(template, wanted),
    );
    // `/v2/schedules/default` also fits `/v2/schedules/{scheduleId}`: the one with fewer parameters is meant.
    const [best] = candidates.sort(([a], [b]) => a.split('{').length - b.split('{').length);
    const operation = best?.[1][method.toLowerCase()];
    return best && operation ? { name: `${method.toUpperCase()} ${best[0]}`, operation } : undefined;
  }

  private checkQuery({ name }: Found, parameters: Parameter[], query: Query): string[] {
    const known = parameters.filter((parameter) => parameter.in === 'query');
    const unknown = Object.keys(query).filter((key) => !known.some((parameter) => parameter.name === key));
    const missing = known.filter((parameter) => parameter.required && !(parameter.name in query));
    const wrong = known.flatMap((parameter) => {
      const value = query[parameter.name];
      if (value === undefined) return [];
      const found = this.validate(
        `${name} ?${parameter.name}`,
        parameter.schema,
        fromText(value, parameter.schema),
        true,
      );
      return found.map((text) => `query parameter ${parameter.name}: ${text}`);
    });
    return [
      ...unknown.map((key) => `query parameter ${key} is unknown`),
      ...missing.map((parameter) => `query parameter ${parameter.name} is missing`),
      ...wrong,
    ];
  }

  private checkRequestBody({ name, operation }: Found, body: unknown): string[] {
    const { content, required } = operation.requestBody ?? {};
    const schema = content?.['application/json']?.schema;
    if (!schema) return isEmpty(body) ? [] : ['a body is not expected'];
    if (body !== undefined && body !== null) return this.validate(`${name} body`, schema, body, true);
    return required ? ['the body is missing'] : [];
  }

  private validate(key: string, schema: OpenApiSchema, value: unknown, strict: boolean): string[] {
    const known = this.compiled.get(key);
    const check = known ?? this.ajv.compile(this.toJsonSchema(schema, strict));
    if (!known) this.compiled.set(key, check);
    return check(value) ? [] : tellErrors(check.errors ?? []);
  }

  private toJsonSchema(schema: OpenApiSchema, strict: boolean): JsonSchema {
    return toJsonSchema(schema, this.file.components.schemas, strict);
  }
}

function fits(template: string, wanted: string[]): boolean {
  const parts = template.split('/').filter(Boolean);
  return parts.length === wanted.length && parts.every((part, index) => part.startsWith('{') || part === wanted[index]);
}

function checkHeaders(parameters: Parameter[], headers: Record<string, string>): string[] {
  const known = parameters.filter((parameter) => parameter.in === 'header');
  const isKnown = (name: string): boolean => known.some((parameter) => same(parameter.name, name));
  const unknown = Object.keys(headers).filter((name) => !isKnown(name));
  const missing = known.filter(({ name, required }) => required && headerOf(headers, name) === undefined);
  return [
    ...unknown.map((name) => `header ${name.toLowerCase()} is unknown`),
    ...missing.map(({ name }) => `header ${name.toLowerCase()} is missing`),
  ];
}

/** Controllers carry their version in the name of the operation; the file describes that version only. */
function checkVersion({ operation }: Found, version: string | undefined): string[] {
  const [, ...parts] = /_(\d{4})_(\d{2})_(\d{2})_/.exec(operation.operationId) ?? [];
  const described = parts.join('-');
  return described && version !== described ? [`version ${version} is not the described ${described}`] : [];
}

function headerOf(headers: Record<string, string>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => same(key, name))?.[1];
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function isEmpty(body: unknown): boolean {
  return body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0);
}

/** A query value as the type its schema asks for; text that is no number stays text and is then refused. */
function fromText(value: string | string[], schema: OpenApiSchema): unknown {
  if (schema.type === 'array') return typeof value === 'string' ? value.split(',') : value;
  if (typeof value !== 'string') return value;
  if (schema.type === 'number' && value !== '' && Number.isFinite(Number(value))) return Number(value);
  if (schema.type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
