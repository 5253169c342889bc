import { readFileSync } from 'node:fs';

/** One recorded exchange. Placeholders such as `<int>` or `<iso-z>` stand for values that change from run to run. */
export interface GoldenCase {
  id: string;
  group: string;
  request: {
    method?: string;
    path: string;
    version?: string | null;
    auth?: 'key' | 'key2' | 'none' | 'other';
    body?: unknown;
    rawBody?: string;
  };
  status?: number | string;
  headers?: Record<string, string> | string;
  body?: unknown;
  facts?: Record<string, unknown> | string;
}

export interface GoldenServer {
  server: string;
  cases: GoldenCase[];
}

/** The recorded servers by name (`v2-2026`, `v2-2025`, ...). Throws when the file is missing or not JSON. */
export function readGoldenFile(path: string): Record<string, GoldenServer> {
  const file = JSON.parse(readFileSync(path, 'utf8')) as { servers: Record<string, GoldenServer> };
  return file.servers;
}
