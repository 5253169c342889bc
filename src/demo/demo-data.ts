import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Secrets of one demo directory, made at the first start and kept with its database. */
export interface DemoSecrets {
  encryptionKey: string;
  adminKey: string;
  providerKey: string;
}

/** What the demo made, for the scripts that tell its story. */
export interface DemoState {
  apiUrl: string;
  sandboxUrl: string;
  companyId: string;
  connectionId: string;
  eventTypeId: string;
  /** A visit of several segments; absent until it was made. */
  serviceId?: string;
  secretKey: string;
  publishableKey: string;
  adminKey: string;
  providerKey: string;
}

/** Files of the demo below its data directory; readable by their owner only. */
export class DemoData {
  constructor(readonly directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  secrets(): DemoSecrets {
    const known = this.read<DemoSecrets>('secrets.json');
    if (known) return known;
    const made: DemoSecrets = {
      encryptionKey: randomBytes(32).toString('base64'),
      adminKey: `admin_${randomBytes(24).toString('base64url')}`,
      providerKey: `cal_${randomBytes(16).toString('hex')}`,
    };
    this.write('secrets.json', made);
    return made;
  }

  state(): DemoState | undefined {
    return this.read<DemoState>('demo.json');
  }

  saveState(state: DemoState): void {
    this.write('demo.json', state);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  private read<T>(name: string): T | undefined {
    return existsSync(this.path(name)) ? (JSON.parse(readFileSync(this.path(name), 'utf8')) as T) : undefined;
  }

  /** Written beside and renamed: a kill in the middle leaves the old file or the new one. */
  private write(name: string, value: object): void {
    writeFileSync(this.path(`${name}.new`), JSON.stringify(value, null, 2), { mode: 0o600 });
    renameSync(this.path(`${name}.new`), this.path(name));
  }
}
