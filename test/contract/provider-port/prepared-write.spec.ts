import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Moment, sendAtOnce } from '../../../src/scheduling/prepared-write';
import type { SchedulingProvider } from '../../../src/scheduling/provider-port';
import { type ProviderApp, startProviders } from './provider-app';

const BOOKING = {
  id: 1,
  uid: 'uid-1',
  status: 'cancelled',
  start: '2027-01-05T09:00:00Z',
  end: '2027-01-05T09:30:00Z',
  attendees: [],
};
const ANSWER = JSON.stringify({ status: 'success', data: BOOKING });

/** A server that is watched below HTTP: what was dialled, and what was written. */
class Watched {
  readonly sockets: Socket[] = [];
  readonly server: Server;
  written = '';

  constructor() {
    this.server = createServer((socket) => {
      this.sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        this.written += bytes.toString();
        socket.write(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${ANSWER.length}\r\n\r\n${ANSWER}`,
        );
      });
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

/** As if the process had been frozen: nothing runs meanwhile, no timer either. */
function freeze(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

let watched: Watched;
let app: ProviderApp;
let provider: SchedulingProvider;

beforeEach(async () => {
  watched = new Watched();
  app = await startProviders();
  provider = app.provider(await watched.listen(), 'cal_live_key');
});
afterEach(async () => {
  watched.close();
  await app.close();
});

const prepared = () => provider.prepare.cancel('uid-1', 'asked');

describe('a prepared write', () => {
  it('has its connection, on which nothing is written before it is sent', async () => {
    const write = await prepared();
    expect(watched.sockets).toHaveLength(1);
    expect(watched.written).toBe('');
    await write.send();
    expect(watched.sockets).toHaveLength(1);
    expect(watched.written).toMatch(/^POST \/v2\/bookings\/uid-1\/cancel HTTP\/1\.1\r\n/);
  });

  it('takes a kept connection where there is one', async () => {
    await (await prepared()).send();
    await (await prepared()).send();
    expect(watched.sockets).toHaveLength(1);
  });

  it('is sent once, however often that is asked for', async () => {
    const write = await prepared();
    await Promise.all([write.send(), write.send()]);
    await write.send();
    expect(watched.written.match(/POST/g)).toHaveLength(1);
  });

  it('never leaves when the process was frozen for longer than an intent is good', async () => {
    const write = await prepared();
    const intentAt = new Moment();
    freeze(600);
    await expect(write.send(intentAt)).rejects.toMatchObject({ code: 'NOT_SENT' });
    expect(watched.written).toBe('');
  });

  it('leaves when the freeze was shorter', async () => {
    const write = await prepared();
    const intentAt = new Moment();
    freeze(200);
    await write.send(intentAt);
    expect(watched.written).toMatch(/^POST/);
  });

  it('never leaves once its permit is a second old, however fresh the intent is', async () => {
    const write = await prepared();
    freeze(1_100);
    await expect(write.send()).rejects.toMatchObject({ code: 'NOT_SENT' });
    expect(watched.written).toBe('');
  });

  it('gives its connection up when nobody sends it within a second', async () => {
    const write = await prepared();
    await once(watched.sockets[0]!, 'close');
    await expect(write.send()).rejects.toMatchObject({ code: 'NOT_SENT' });
    expect(watched.written).toBe('');
  });

  it('gives its connection up when released', async () => {
    const write = await prepared();
    const closed = once(watched.sockets[0]!, 'close');
    write.release();
    await closed;
    await expect(write.send()).rejects.toMatchObject({ code: 'NOT_SENT' });
    expect(app.logs().filter(({ operation }) => operation)).toEqual([]);
  });

  it('never leaves on another connection than its own', async () => {
    const write = await prepared();
    const closed = once(watched.sockets[0]!, 'close');
    watched.sockets[0]!.destroy();
    await closed;
    // The other end of the connection hears of it a moment later.
    await pause(20);
    await expect(write.send()).rejects.toMatchObject({ code: 'NOT_SENT' });
    expect(watched.sockets).toHaveLength(1);
    expect(watched.written).toBe('');
  });
});

describe('a write that is sent as soon as it is prepared', () => {
  it('is prepared once more when it provably never left', async () => {
    let times = 0;
    await sendAtOnce(async () => {
      const write = await prepared();
      if (++times === 1) freeze(1_100);
      return write;
    });
    expect(times).toBe(2);
    expect(watched.written.match(/POST/g)).toHaveLength(1);
  });
});
