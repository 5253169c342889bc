import { createHash, hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Hex sha256. Right for random keys (nothing to guess), and four orders of magnitude cheaper than scrypt. */
export function sha256(text: string | Buffer): string {
  return hash('sha256', text, 'hex');
}

/** Compares two strings of any length in constant time. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

/** 256 random bits, base64url. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
