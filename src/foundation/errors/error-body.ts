import { ApiError } from './api-error';

export interface ErrorBody {
  error: { code: string; message: string; details: Record<string, unknown>; correlationId: string; timestamp: string };
}

export function errorBody(error: ApiError, correlationId: string, atMs: number): ErrorBody {
  const { code, message, details } = error;
  return { error: { code, message, details, correlationId, timestamp: new Date(atMs).toISOString() } };
}
