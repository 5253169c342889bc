import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/** One request on a kept connection and its answer as JSON: what any client has to do, and nothing else. */
export function bareRequest(method: string, url: string, apiKey: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${apiKey}`, Accept: 'application/json', 'cal-api-version': '2024-09-04' };
    const asking = request(url, { method, agent, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('end', () => {
        if (response.statusCode !== 200) return reject(new Error(`${method} ${url}: ${response.statusCode}`));
        resolve(JSON.parse(Buffer.concat(pieces).toString()));
      });
    });
    asking.once('error', reject).end();
  });
}
