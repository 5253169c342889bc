import { ApiError } from './errors';
import { Field, globalPipe, isDefined, isInt, isString, isTimeZone, strictPipe } from './validation';

const FIELDS: Field[] = [
  { name: 'id', rules: [isInt] },
  { name: 'person', rules: [isDefined], nested: [{ name: 'zone', rules: [isTimeZone] }] },
  { name: 'note', rules: [isString], optional: true },
];

interface Refusal {
  message: string;
  details: { errors: Record<string, unknown>[]; message: string };
}

function refusal(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    if (error instanceof ApiError) return (error.body('/v2/x', '2027-01-01T00:00:00.000Z') as { error: Refusal }).error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the global pipe', () => {
  it('drops unknown properties without a word', () => {
    const body = { id: 1, person: { zone: 'Europe/Berlin' }, surprise: true };
    expect(globalPipe(FIELDS, body)).toEqual({ id: 1, person: { zone: 'Europe/Berlin' } });
  });

  it('names every fault in details and echoes what it understood of the input', () => {
    const error = refusal(() => globalPipe(FIELDS, { id: 'x', surprise: true }));
    expect(error.message).toBe('Bad Request Exception');
    const target = { id: 'x' };
    expect(error.details.errors).toEqual([
      { target, value: 'x', property: 'id', children: [], constraints: { isInt: 'id must be an integer number' } },
      {
        target,
        property: 'person',
        children: [],
        constraints: { isDefined: 'person should not be null or undefined' },
      },
    ]);
  });
});

describe('the strict pipe', () => {
  it('refuses unknown properties first and puts all faults into one sentence', () => {
    const error = refusal(() => strictPipe(FIELDS, { surprise: true, id: 1 }));
    expect(error.message).toBe(
      'surprise property is wrong,property surprise should not exist , ' +
        'person property is wrong,person should not be null or undefined ',
    );
  });

  it('leads to a fault inside an object', () => {
    const error = refusal(() => strictPipe(FIELDS, { id: 1, person: { zone: 'Mars/Base' } }));
    expect(error.message).toBe('person property is wrong, zone property is wrong,zone must be a valid IANA time-zone ');
  });

  it('refuses what is no object at all', () => {
    const error = refusal(() => strictPipe(FIELDS, [1]));
    expect(error.message).toBe('undefined property is wrong,an unknown value was passed to the validate function ');
  });

  it('accepts zone names in any letter case', () => {
    expect(strictPipe(FIELDS, { id: 1, person: { zone: 'europe/berlin' } })).toBeDefined();
  });
});
