import { canonicalJson } from './canonical-json';

describe('canonical JSON', () => {
  it('is the same text for equal bodies, whatever the order of their keys', () => {
    const one = canonicalJson({ b: { d: 1, c: [{ y: 1, x: 2 }] }, a: null });
    expect(one).toBe(canonicalJson({ a: null, b: { c: [{ x: 2, y: 1 }], d: 1 } }));
  });

  it('differs where a value, a type or the order of a list differs', () => {
    const texts = [{ a: 1 }, { a: '1' }, { a: [1, 2] }, { a: [2, 1] }, { a: null }, {}].map(canonicalJson);
    expect(new Set(texts).size).toBe(texts.length);
  });
});
