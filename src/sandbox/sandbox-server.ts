import { buildWebServer } from './http/web-server';
import { openSandbox } from './sandbox';
import { RateLimit } from './store/settings';

export interface SandboxOptions {
  /** A Postgres database; the sandbox keeps to its own schema `sandbox` in it. */
  databaseUrl: string;
  /** 0 takes a free one. */
  port: number;
  /** 127.0.0.1 when absent. */
  host?: string;
  /** No limit when null or absent. */
  rateLimit?: RateLimit | null;
  /** Whether the team routes exist; they do when absent. */
  teams?: boolean;
  /** Whether it speaks the versions of the hosted service too; it does not when absent. */
  hosted?: boolean;
  log?: (line: object) => void;
  /** Clock in epoch milliseconds; the machine's when absent. */
  now?: () => number;
}

export interface RunningSandbox {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  /** Closes all connections, drops delayed webhooks and leaves the state in the database. */
  stop(): Promise<void>;
}

/** Starts a stand-in for Cal.com's API v2. Throws when the database or the port cannot be had. */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const { databaseUrl, port, host = '127.0.0.1', rateLimit = null, teams = true, hosted = false } = options;
  const now = options.now ?? ((): number => Date.now());
  const defaults = { rateLimit, rateLimitReset: 'seconds' as const, teams, hosted, slotsCacheMs: 0 };
  const sandbox = await openSandbox(databaseUrl, defaults, now);
  const server = buildWebServer(sandbox, options.log ?? ((): void => undefined));
  const stop = async (): Promise<void> => {
    await server.close();
    await sandbox.sender.close();
    await sandbox.db.close();
  };
  try {
    const address = await server.listen({ port, host });
    const url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${new URL(address).port}`;
    sandbox.origin = url;
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
