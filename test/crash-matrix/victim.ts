import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../chaos/http';
import { runNode, untilAnswers } from '../chaos/replica';

/** A process of the service that is to end, once, at a named place. */
export class Victim {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(folder: string, env: Record<string, string>, armed: string): Promise<Victim> {
    const port = String(await freePort());
    const child = runNode('main.js', folder, 'victims', { ...env, PORT: port, CHAOS_FAILPOINT: armed });
    const url = `http://127.0.0.1:${port}`;
    const early = once(child, 'exit').then(() => {
      throw new Error(`a process ended before it was asked for anything: see victims.log`);
    });
    await Promise.race([untilAnswers(`${url}/readyz`), early]);
    early.catch(() => undefined);
    return new Victim(url, child);
  }

  get isDead(): boolean {
    return this.child.signalCode !== null || this.child.exitCode !== null;
  }

  async kill(): Promise<void> {
    if (this.isDead) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

/** Lets so many work at once; the others wait in line. */
export class Turnstile {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}
