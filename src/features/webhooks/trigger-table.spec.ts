import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CalcomWebhookReader } from '../../providers/calcom-v2/webhook';
import { TRIGGER_TABLE, triggerTableMarkdown } from './trigger-table';

describe('the table of triggers', () => {
  const reader = new CalcomWebhookReader();

  it.each(TRIGGER_TABLE)('says of $trigger what the receiver does: $effect', ({ trigger, effect, sign }) => {
    const body = JSON.stringify({
      triggerEvent: trigger,
      createdAt: '2026-11-20T10:00:00.000Z',
      payload: { uid: 'u', ...sign },
    });
    expect(reader.parse(Buffer.from(body))).toMatchObject({ trigger, effect });
  });

  it('names every trigger with its signs once', () => {
    const names = TRIGGER_TABLE.map(({ trigger, sign }) => JSON.stringify([trigger, sign]));
    expect(new Set(names).size).toBe(names.length);
  });

  it('stands in the documentation as it is in the code', () => {
    const page = readFileSync(join(process.cwd(), 'docs/webhooks.md'), 'utf8');
    const [, section] = /<!-- generated: triggers -->([\s\S]*)<!-- end of generated: triggers -->/.exec(page)!;
    expect(cells(section!)).toEqual(cells(triggerTableMarkdown()));
  });
});

/** What the table says, without the padding that the formatter gives its columns. */
function cells(table: string): string[][] {
  const rows = table.trim().split('\n');
  return rows.map((row) => row.split('|').map((cell) => cell.trim().replace(/^-+$/, '---')));
}
