import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUTGOING_EVENT_TYPES, TEST_EVENT_TYPE } from './outgoing-event-types';

describe('the types of outgoing events', () => {
  it('stand in the documentation, each with its row, and no other does', () => {
    const page = readFileSync(join(process.cwd(), 'docs/outgoing-events.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z._]+)` +\|/gm)].map(([, type]) => type);
    expect(rows).toEqual([...OUTGOING_EVENT_TYPES, TEST_EVENT_TYPE]);
  });
});
