import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES, ERROR_TABLE } from '../../foundation/errors/error-table';

it('docs/compatibility.md maps exactly the older codes that the error table knows', () => {
  const page = readFileSync(join(__dirname, '../../../docs/compatibility.md'), 'utf8');
  const written = [...page.matchAll(/^\| `(\w+)`\s*\| `(\w+)`\s*\| (\d+)/gm)].map((row) => row.slice(1).join(' '));
  const known = ERROR_CODES.flatMap((code) => {
    const row: { status: number; formerly?: readonly string[] } = ERROR_TABLE[code];
    return (row.formerly ?? []).map((former) => `${former} ${code} ${row.status}`);
  });
  expect(written.sort()).toEqual(known.sort());
});
