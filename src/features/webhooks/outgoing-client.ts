import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../foundation/config/app-config';
import { agentsFor } from '../../foundation/http/guarded-agents';

/** For name, connection, sending and answer together; a receiver should store and answer, not work. */
export const SEND_TIMEOUT_MS = 10_000;
/** Enough of an error page to see what is wrong. */
const RESPONSE_BYTES = 1_024;
/** For the body after the status: it is for the log only, and a body that never ends must not keep a place. */
const RESPONSE_MS = 1_000;

export interface Message {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What became of one attempt. */
export interface Reply {
  /** Null when there was no answer. */
  status: number | null;
  /** A code of a closed kind when it failed, never a message: messages may repeat the URL. */
  error: string | null;
  /** The first kilobyte of the answer. */
  text: string;
  durationMs: number;
}

/** Posts to addresses that companies have named: public ones only, unless the deployment allows others. */
@Injectable()
export class OutgoingClient {
  private readonly agents: ReturnType<typeof agentsFor>;

  constructor(config: ConfigService<AppConfig, true>) {
    this.agents = agentsFor(config.get('allowPrivateProviderHosts', { infer: true }) ? undefined : {});
  }

  /** Never throws. Redirects are not followed: they are answers other than 2xx. */
  async post(message: Message, stop: AbortSignal): Promise<Reply> {
    const began = performance.now();
    const timeout = AbortSignal.timeout(SEND_TIMEOUT_MS);
    const answer = await this.exchange(message, AbortSignal.any([stop, timeout])).catch((fault: unknown) => {
      const error = stop.aborted ? 'STOPPED' : timeout.aborted ? 'TIMEOUT' : codeOf(fault);
      return { status: null, error, text: '' };
    });
    return { ...answer, durationMs: Math.round(performance.now() - began) };
  }

  private async exchange({ url, headers, body }: Message, signal: AbortSignal): Promise<Omit<Reply, 'durationMs'>> {
    const secure = url.startsWith('https:');
    const options: RequestOptions = {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: secure ? this.agents.https : this.agents.http,
      signal,
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = secure ? tlsRequest(url, options) : plainRequest(url, options);
      request.once('response', resolve).on('error', reject).end(body);
    });
    const status = response.statusCode ?? 0;
    const text = await beginningOf(response);
    return { status, error: status >= 200 && status < 300 ? null : `HTTP_${status}`, text };
  }
}

/** What arrives of a body that is cut counts all the same: its status has said whether the event was taken. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => response.destroy(), RESPONSE_MS);
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size >= RESPONSE_BYTES) break;
    }
  } catch {
    // the status is known
  }
  clearTimeout(timer);
  response.destroy();
  return Buffer.concat(parts).subarray(0, RESPONSE_BYTES).toString('utf8');
}

function codeOf(fault: unknown): string {
  const { code } = fault as NodeJS.ErrnoException;
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : 'FAILED';
}
