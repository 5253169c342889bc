import type { FastifyInstance } from 'fastify';
import { ApiError, invalidField } from '../errors/api-error';
import type { CalledRequest } from './access';

/** Real bodies are 4 levels deep; a deeper one is made to exhaust a stack. */
const DEPTH_MAX = 20;

/** Routes that verify the sender's signature need the bytes as sent, whatever their content type. */
export const RAW_BODY_ROUTES = '/api/webhooks/calcom';

/**
 * Registers the body parsers: JSON only, checked for depth, prototype keys, NUL and lone surrogates (which Postgres
 * cannot store); raw bytes for the webhook receivers. Throws 400, 413 or 415 of the error table.
 */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const raw = request.routeOptions.url?.startsWith(RAW_BODY_ROUTES) ?? false;
    if (raw) {
      (request as CalledRequest).rawBody = body;
      return done(null, {});
    }
    try {
      done(null, parseJson(body, request.headers['content-type']));
    } catch (error) {
      done(error as Error);
    }
  });
}

function parseJson(body: Buffer, contentType = ''): unknown {
  if (body.length === 0) return {};
  // Compared whole: `application/json garbage` once slipped past validation in this framework.
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(contentType)) throw new ApiError('UNSUPPORTED_MEDIA_TYPE');
  const parsed = tryParse(body);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw invalidField('body', 'must be a JSON object');
  }
  checkTexts(parsed);
  return parsed;
}

function tryParse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw invalidField('body', 'is not valid JSON');
  }
}

/** @throws ApiError VALIDATION_ERROR for text that Postgres cannot store, forbidden keys and too many levels. */
export function checkTexts(value: unknown): void {
  checkValue(value, '', 0);
}

function checkValue(value: unknown, path: string, depth: number): void {
  if (typeof value === 'string') return checkText(value, path);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= DEPTH_MAX) throw invalidField('body', `is nested deeper than ${DEPTH_MAX} levels`);
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype')
      throw invalidField('body', 'has a forbidden key');
    checkText(key, 'body');
    checkValue((value as Record<string, unknown>)[key], path ? `${path}.${key}` : key, depth + 1);
  }
}

function checkText(text: string, path: string): void {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw invalidField(path || 'body', 'must not contain NUL or broken Unicode characters');
  }
}
