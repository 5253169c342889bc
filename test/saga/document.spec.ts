import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedParts, withParts } from './document';

const FILE = join(__dirname, '../../docs/sagas.md');

describe('docs/sagas.md', () => {
  it('shows the states and counterexamples of the protocol as it is (SAGA_DOCS=write writes them)', () => {
    const text = readFileSync(FILE, 'utf8');
    const right = withParts(text, generatedParts());
    if (process.env.SAGA_DOCS === 'write') writeFileSync(FILE, right);
    else expect(text).toBe(right);
  });
});
