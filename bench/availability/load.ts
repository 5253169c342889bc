import { Agent, request } from 'node:http';

export interface Round {
  perSecond: number;
  p99Ms: number;
  cpuMicros: number;
}

export interface Target {
  url: string;
  headers: Record<string, string>;
  /** Seconds of CPU that the server has used so far. */
  cpu: () => Promise<number>;
}

const CONNECTIONS = 16;

/** Asks again and again over kept connections for so long, and reads every answer to its end. */
export async function measure({ url, headers, cpu }: Target, ms: number): Promise<Round> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const took: number[] = [];
  const cpuBefore = await cpu();
  const beganMs = performance.now();
  const worker = async (): Promise<void> => {
    while (performance.now() - beganMs < ms) {
      const askedMs = performance.now();
      await ask(url, headers, agent);
      took.push(performance.now() - askedMs);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const seconds = (performance.now() - beganMs) / 1000;
  const cpuSeconds = (await cpu()) - cpuBefore;
  agent.destroy();
  took.sort((a, b) => a - b);
  return {
    perSecond: took.length / seconds,
    p99Ms: took[Math.floor(took.length * 0.99)]!,
    cpuMicros: (cpuSeconds / took.length) * 1_000_000,
  };
}

function ask(url: string, headers: Record<string, string>, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent, headers }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${url}: ${response.statusCode}`));
      });
    });
    asking.once('error', reject).end();
  });
}
