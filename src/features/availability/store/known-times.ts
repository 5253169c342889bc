import type { ClaimMade, TimeChange } from './known-change';
import { claimsOf } from './known-change';
import type { TimeClaim } from '../claims/time-claim';

/** Longer than any call lasts, its wait for a permit included. */
const TAKEN_KEPT_MS = 180_000;
/** Claims that a transaction of ours has not confirmed in this time were rolled back with it. */
const UNCONFIRMED_KEPT_MS = 20_000;

interface Heard {
  account: string;
  heardMs: number;
}

/** Who has which times now, and which were taken lately, as this process has heard. */
export class KnownTimes {
  /** By account and host. */
  private readonly claims = new Map<string, Map<string, ClaimMade & Heard>>();
  private readonly taken = new Map<string, (TimeChange & Heard)[]>();

  addClaim(account: string, claim: ClaimMade, heardMs: number): void {
    const place = placeOf(account, claim.host);
    const claims = this.claims.get(place) ?? new Map<string, ClaimMade & Heard>();
    claims.set(`${claim.claimant} ${claim.fromMs}`, { ...claim, account, heardMs });
    this.claims.set(place, claims);
  }

  /** @returns what the claimant had. */
  endClaims(account: string, claimant: string): ClaimMade[] {
    const ended: ClaimMade[] = [];
    for (const [place, claims] of this.claims) {
      for (const [key, claim] of claims) {
        if (claim.account !== account || claim.claimant !== claimant) continue;
        claims.delete(key);
        ended.push(claim);
      }
      if (claims.size === 0) this.claims.delete(place);
    }
    return ended;
  }

  /**
   * The claims as the database had them when it was asked; those heard meanwhile stay.
   *
   * @returns those that are over.
   */
  replaceClaims(all: (ClaimMade & { account: string })[], askedMs: number): (ClaimMade & { account: string })[] {
    const listed = new Set(all.map((claim) => `${claim.account}\n${claim.host}\n${claim.claimant}\n${claim.fromMs}`));
    const gone: (ClaimMade & Heard)[] = [];
    for (const claims of this.claims.values()) {
      for (const [key, claim] of claims) {
        const isListed = listed.has(`${claim.account}\n${claim.host}\n${claim.claimant}\n${claim.fromMs}`);
        if (isListed || claim.heardMs > askedMs - UNCONFIRMED_KEPT_MS) continue;
        claims.delete(key);
        gone.push(claim);
      }
    }
    for (const claim of all) this.addClaim(claim.account, claim, askedMs);
    return gone;
  }

  /** What is claimed of these hosts' time now. */
  claimed(account: string, hosts: string[], nowMs: number): TimeClaim[] {
    return hosts.flatMap((host) =>
      [...(this.claims.get(placeOf(account, host))?.values() ?? [])].filter(
        ({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > nowMs,
      ),
    );
  }

  /** When the next of these hosts' claims expires by itself; infinity when none does. */
  nextExpiry(account: string, hosts: string[], nowMs: number): number {
    const claims = hosts.flatMap((host) => [...(this.claims.get(placeOf(account, host))?.values() ?? [])]);
    return Math.min(
      Infinity,
      ...claims.map(({ expiresAtMs = Infinity }) => (expiresAtMs > nowMs ? expiresAtMs : Infinity)),
    );
  }

  addTaken(account: string, change: TimeChange, heardMs: number): void {
    this.forget(account, change.subject);
    const kept = (this.taken.get(account) ?? []).filter((other) => other.heardMs > heardMs - TAKEN_KEPT_MS);
    this.taken.set(account, [...kept, { ...change, account, heardMs }]);
  }

  /** What the subject had taken is not taken by it any more. */
  forget(account: string, subject: string): void {
    const taken = this.taken.get(account);
    if (taken)
      this.taken.set(
        account,
        taken.filter((other) => other.subject !== subject),
      );
  }

  /** What was heard to be taken since then: an answer to a question of that moment may not know of it. */
  takenSince(account: string, sinceMs: number): TimeClaim[] {
    return (this.taken.get(account) ?? [])
      .filter(({ heardMs }) => heardMs >= sinceMs)
      .flatMap((change) => claimsOf(account, change));
  }
}

function placeOf(account: string, host: string): string {
  return `${account}\n${host}`;
}
