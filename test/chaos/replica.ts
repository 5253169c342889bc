import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { call } from './http';

/** Compiled beside these files: the same code as the service's own. */
const SOURCE = join(__dirname, '..', '..', 'src');
const READY_MS = 60_000;

export function runNode(file: string, folder: string, name: string, env: Record<string, string>): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  const log = openSync(join(folder, `${name}.log`), 'a');
  const child = spawn(process.execPath, [join(SOURCE, file)], {
    cwd: folder,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  living.add(child);
  child.once('exit', () => living.delete(child));
  return child;
}

const living = new Set<ChildProcess>();
// Nothing is left behind when this program ends otherwise than it should.
process.on('exit', () => living.forEach((child) => child.kill('SIGKILL')));

export async function untilAnswers(url: string): Promise<void> {
  for (const deadline = Date.now() + READY_MS; ; await pause(50)) {
    if ((await call('GET', url, { patienceMs: 1_000 })).status === 200) return;
    if (Date.now() > deadline) throw new Error(`${url} did not answer in time`);
  }
}

/** What a replica is told of its ends. */
export interface Watch {
  /** The place at which the next process is to end; undefined for none. */
  arm(replica: Replica): string | undefined;
  /** It ended, at its place, by a kill from outside, or by itself. */
  ended(replica: Replica, how: 'at its place' | 'killed' | 'by itself'): void;
}

/** One of the service's processes, started again at once whenever it ends. */
export class Replica {
  readonly url: string;
  /** Where the running process is to end. */
  armed: string | undefined;
  private child: ChildProcess | undefined;
  private isKilled = false;
  private isStopping = false;
  private hasAnswered = false;

  constructor(
    readonly name: string,
    private readonly folder: string,
    private readonly env: Record<string, string>,
    private readonly watch: Watch,
  ) {
    this.url = `http://127.0.0.1:${env.PORT}`;
  }

  start(): void {
    this.armed = this.watch.arm(this);
    this.isKilled = false;
    this.hasAnswered = false;
    const armed: Record<string, string> = this.armed ? { CHAOS_FAILPOINT: this.armed } : {};
    const child = runNode('main.js', this.folder, this.name, { ...this.env, ...armed });
    this.child = child;
    child.once('exit', (code) => this.exited(code));
  }

  async ready(): Promise<void> {
    await untilAnswers(`${this.url}/readyz`);
    this.hasAnswered = true;
  }

  kill(): void {
    this.isKilled = true;
    this.child?.kill('SIGKILL');
  }

  async freeze(ms: number): Promise<void> {
    const frozen = this.child;
    frozen?.kill('SIGSTOP');
    await pause(ms);
    frozen?.kill('SIGCONT');
  }

  stop(): Promise<void> {
    this.isStopping = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    return ended;
  }

  private exited(code: number | null): void {
    if (this.isStopping) return;
    const byItself = code !== null && !this.isKilled;
    if (!byItself) this.watch.ended(this, this.isKilled ? 'killed' : 'at its place');
    else if (this.hasAnswered) this.watch.ended(this, 'by itself');
    // One that finds no database ends by itself; whoever runs it tries again a moment later.
    setTimeout(() => void (this.isStopping || this.restart()), byItself ? 500 : 0);
  }

  private restart(): void {
    this.start();
    this.ready().catch(() => undefined);
  }
}
