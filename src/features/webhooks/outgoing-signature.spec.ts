import { newSigningSecret, signatures } from './outgoing-signature';

/** The example that the authors of Standard Webhooks publish with their libraries. */
const PUBLISHED = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  message: { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' },
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

describe('a signature', () => {
  it('is that of the published example', () => {
    expect(signatures(PUBLISHED.message, [PUBLISHED.secret])).toBe(PUBLISHED.signature);
  });

  it('is made with every secret that still signs, the newest first', () => {
    const other = newSigningSecret();
    const both = signatures(PUBLISHED.message, [other, PUBLISHED.secret]);
    expect(both).toBe(`${signatures(PUBLISHED.message, [other])} ${PUBLISHED.signature}`);
  });
});

describe('a new secret', () => {
  it('is 32 random bytes, as the specification writes them', () => {
    const [a, b] = [newSigningSecret(), newSigningSecret()];
    expect(a).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(a).not.toBe(b);
  });
});
