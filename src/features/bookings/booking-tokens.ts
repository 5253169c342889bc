import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import type { AppConfig } from '../../foundation/config/app-config';

/** What a token is for: the same key seals secrets, and neither may stand for the other. */
const PURPOSE = 'token of a booking';

/**
 * Lets somebody who booked from a page see that booking, and no other. A token is computed and stored nowhere; it ends
 * with the encryption key that it was made with.
 */
@Injectable()
export class BookingTokens {
  private readonly keys: Buffer[];

  constructor(config: ConfigService<AppConfig, true>) {
    this.keys = config.get('encryptionKeys', { infer: true }).map(({ key }) => key);
  }

  of(companyId: string, bookingId: string): string {
    return digest(this.keys[0]!, companyId, bookingId).toString('base64url');
  }

  isOf(companyId: string, bookingId: string, token: string): boolean {
    const given = Buffer.from(token, 'base64url');
    return this.keys.some((key) => {
      const expected = digest(key, companyId, bookingId);
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  }
}

function digest(key: Buffer, companyId: string, bookingId: string): Buffer {
  return createHmac('sha256', key).update(`${PURPOSE}\n${companyId}\n${bookingId}`).digest();
}
