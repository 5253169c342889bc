import { fork } from 'node:child_process';
import { join } from 'node:path';

export interface Child {
  /** What it said first: its address. */
  url: string;
  stop(): void;
}

/** Runs a script of this folder in a process of its own, until it has told its address. */
export function startChild(script: string, ...parameters: string[]): Promise<Child> {
  const child = fork(join(__dirname, script), parameters);
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
    child.once('message', (url) => resolve({ url: url as string, stop: () => void child.disconnect() }));
  });
}
