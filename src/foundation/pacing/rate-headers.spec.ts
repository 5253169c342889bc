import { rateWord } from './rate-headers';

const NOW = Date.UTC(2026, 10, 20, 9);

describe('what an answer says about the rate', () => {
  it.each([
    ['seconds', '37'],
    ['an epoch in seconds', String(NOW / 1000 + 37)],
    ['an epoch in milliseconds', String(NOW + 37_000)],
  ])('is understood with the reset as %s, whatever the limit is called', (_what, reset) => {
    const headers = {
      'x-ratelimit-limit-default': '120',
      'X-RateLimit-Remaining-Default': '7',
      'x-ratelimit-reset-default': reset,
    };
    expect(rateWord(headers, 200, NOW)).toEqual({ limit: 120, remaining: 7, resetSeconds: 37, refused: false });
  });

  it('is that of the limit that leaves least', () => {
    const headers = {
      'x-ratelimit-remaining-long': '90',
      'x-ratelimit-reset-long': '3000',
      'x-ratelimit-remaining-short': '2',
      'x-ratelimit-reset-short': '5',
    };
    expect(rateWord(headers, 200, NOW)).toMatchObject({ remaining: 2, resetSeconds: 5 });
  });

  it('is a whole block when a refusal says nothing, and what Retry-After says when that is longer', () => {
    expect(rateWord({}, 429, NOW)).toMatchObject({ resetSeconds: 60, refused: true });
    expect(rateWord({ 'x-ratelimit-reset': '3', 'retry-after': '8' }, 429, NOW).resetSeconds).toBe(8);
  });

  it.each(['soon', '-5', '', '1e9', undefined, String(NOW - 5_000)])('is the default when the reset is %p', (reset) => {
    expect(rateWord({ 'x-ratelimit-reset': reset }, 200, NOW).resetSeconds).toBe(60);
  });

  it('never silences a company for longer than an hour', () => {
    expect(rateWord({ 'retry-after': '999999' }, 429, NOW).resetSeconds).toBe(3_600);
  });
});
