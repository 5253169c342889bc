import { connect } from 'node:net';

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
const HEAD_END = '\r\n\r\n';

/**
 * Asks again and again over kept connections for so long, and reads every answer to its end. Written on bare sockets: an
 * HTTP client costs more than the servers that are measured, and would be all that is measured.
 */
export async function measure({ url, headers, cpu }: Target, ms: number): Promise<Round> {
  const asked = request(url, headers);
  const took: number[] = [];
  const cpuBefore = await cpu();
  const beganMs = performance.now();
  const isOver = (): boolean => performance.now() - beganMs >= ms;
  const { hostname, port } = new URL(url);
  await Promise.all(
    Array.from({ length: CONNECTIONS }, () => askAgain({ hostname, port: Number(port), asked, isOver, took })),
  );
  const seconds = (performance.now() - beganMs) / 1000;
  const cpuSeconds = (await cpu()) - cpuBefore;
  took.sort((a, b) => a - b);
  return {
    perSecond: took.length / seconds,
    p99Ms: took[Math.floor(took.length * 0.99)]!,
    cpuMicros: (cpuSeconds / took.length) * 1_000_000,
  };
}

function request(url: string, headers: Record<string, string>): Buffer {
  const { host, pathname, search } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`);
}

interface Asking {
  hostname: string;
  port: number;
  asked: Buffer;
  isOver: () => boolean;
  took: number[];
}

/** One connection. Every answer has to be 200 with a length. */
function askAgain({ hostname, port, asked, isOver, took }: Asking): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, hostname).setNoDelay(true);
    let askedMs = 0;
    let missing = 0;
    const ask = (): void => {
      if (isOver()) return void socket.end(resolve);
      missing = -1;
      askedMs = performance.now();
      socket.write(asked);
    };
    socket.once('connect', ask);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed a connection')));
    socket.on('data', (bytes) => {
      missing = missing < 0 ? bytesMissing(bytes) : missing - bytes.length;
      if (Number.isNaN(missing)) return void socket.destroy(new Error(bytes.toString('latin1', 0, 300)));
      if (missing > 0) return;
      took.push(performance.now() - askedMs);
      ask();
    });
  });
}

/** Of the answer that begins with these: a head comes in one piece from every server here. */
function bytesMissing(bytes: Buffer): number {
  const end = bytes.indexOf(HEAD_END);
  const head = bytes.toString('latin1', 0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (!head.startsWith('HTTP/1.1 200 ') || length === undefined) return NaN;
  return end + HEAD_END.length + Number(length) - bytes.length;
}
