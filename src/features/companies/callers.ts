import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../foundation/config/app-config';
import { sameSecret, sha256 } from '../../foundation/crypto/digests';
import type { Caller } from '../../foundation/http/access';
import { Clock } from '../../foundation/time/clock';
import { ApiKeysRepository } from './api-keys.repository';

/** A caller whose key was found, with the pages that may use it. */
export interface KnownCaller extends Caller {
  kind: 'admin' | 'secret' | 'publishable';
  origins: string[];
}

/** Form of the keys that we issue: what cannot be one costs no query. */
const KEY = /^(sk|pk)_[A-Za-z0-9_-]{43}$/;
/** Half of what revocation is given to reach every replica. Unknown keys are not remembered. */
const REMEMBERED_MS = 1_000;
/** Bounds the memory; a deployment has far fewer keys in use within a second. */
const REMEMBERED_MAX = 10_000;

interface Remembered {
  caller: KnownCaller;
  untilMs: number;
}

/** Tells who calls from the key alone. */
@Injectable()
export class Callers {
  private readonly remembered = new Map<string, Remembered>();
  private readonly adminKey: string | undefined;

  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly clock: Clock,
    config: ConfigService<AppConfig, true>,
  ) {
    this.adminKey = config.get('adminApiKey', { infer: true });
  }

  /** Undefined for a key that is unknown or was revoked more than a second ago. */
  async find(key: string): Promise<KnownCaller | undefined> {
    if (this.adminKey && sameSecret(key, this.adminKey)) return { kind: 'admin', companyId: '', origins: [] };
    if (!KEY.test(key)) return undefined;
    const hash = sha256(key);
    // Taken before the query, so that a slow one does not lengthen a revoked key's life.
    const askedMs = this.clock.now();
    const known = this.rememberedAt(hash, askedMs);
    if (known) return known;
    const row = await this.keys.findActive(hash);
    if (!row) {
      this.remembered.delete(hash);
      return undefined;
    }
    const caller = { kind: row.kind, companyId: row.companyId, keyId: row.id, origins: row.origins };
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.clear();
    this.remembered.set(hash, { caller, untilMs: askedMs + REMEMBERED_MS });
    return caller;
  }

  /** The caller of a key that was looked up within the last second, without asking anybody; never the admin. */
  recall(key: string): KnownCaller | undefined {
    return KEY.test(key) ? this.rememberedAt(sha256(key), this.clock.now()) : undefined;
  }

  private rememberedAt(hash: string, nowMs: number): KnownCaller | undefined {
    const known = this.remembered.get(hash);
    return known && known.untilMs > nowMs ? known.caller : undefined;
  }
}
