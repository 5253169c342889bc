/** Any value by name: what the demo reads of an answer it knows from its own requests. */
export type JsonCall = <T = Record<string, string>>(
  method: string,
  url: string,
  body?: object,
  key?: string,
) => Promise<T>;

/** JSON over HTTP, with the admin key where no other is given. Throws an Error for every answer that is not 2xx. */
export function jsonClient(adminKey: string): JsonCall {
  return async <T>(method: string, url: string, body?: object, key = adminKey): Promise<T> => {
    const headers: Record<string, string> = { authorization: `Bearer ${key}` };
    if (body) headers['content-type'] = 'application/json';
    const response = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await response.text();
    if (!response.ok) throw new Error(`demo: ${method} ${new URL(url).pathname} answered ${response.status}: ${text}`);
    return (text ? JSON.parse(text) : {}) as T;
  };
}
