import { randomBytes } from 'node:crypto';
import type { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../config/app-config';
import { SecretBox, SecretUnreadableError } from './secret-box';

const old = { id: 'old', key: randomBytes(32) };
const recent = { id: 'new', key: randomBytes(32) };
const place = { table: 'connections', column: 'sealed_credential', companyId: 'a' };

function box(...keys: { id: string; key: Buffer }[]): SecretBox {
  return new SecretBox({ get: () => keys } as unknown as ConfigService<AppConfig, true>);
}

describe('a sealed secret', () => {
  it('opens where it was sealed', () => {
    expect(box(old).openText(box(old).seal('cal_live_1', place), place)).toBe('cal_live_1');
  });

  it('shows nothing of what it holds and differs each time', () => {
    const [a, b] = [box(old).seal('cal_live_1', place), box(old).seal('cal_live_1', place)];
    expect(a).not.toBe(b);
    expect(Buffer.from(a.split('.')[1]!, 'base64url').toString('latin1')).not.toContain('cal_live');
  });

  it.each([
    ['another company', { ...place, companyId: 'b' }],
    ['another column', { ...place, column: 'sealed_webhook_secret' }],
    ['another table', { ...place, table: 'webhook_deliveries' }],
  ])('does not open when pasted into %s', (_, elsewhere) => {
    const sealed = box(old).seal('cal_live_1', place);
    expect(() => box(old).open(sealed, elsewhere)).toThrow(SecretUnreadableError);
  });

  it('does not open after any one bit of it was flipped', () => {
    const [id, encoded] = box(old).seal('x', place).split('.') as [string, string];
    const bytes = Buffer.from(encoded, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => box(old).open(`${id}.${changed.toString('base64url')}`, place)).toThrow(SecretUnreadableError);
    }
  });

  it('opens with an older key during a rotation, and is known to be stale', () => {
    const sealed = box(old).seal('cal_live_1', place);
    const rotated = box(recent, old);
    expect(rotated.openText(sealed, place)).toBe('cal_live_1');
    expect(rotated.isStale(sealed)).toBe(true);
    expect(rotated.isStale(rotated.seal('cal_live_1', place))).toBe(false);
    expect(() => box(recent).open(sealed, place)).toThrow(SecretUnreadableError);
  });

  it.each(['', 'old', 'old.', 'old.AAAA', '.', 'none.AAAA'])('does not open from garbage (%j)', (garbage) => {
    expect(() => box(old).open(garbage, place)).toThrow(SecretUnreadableError);
  });
});
