import { differences } from './golden-match';

const literals = { 'me.name': 'Ada (A)', origin: 'http://127.0.0.1:1' };

describe('the comparison with recorded answers', () => {
  it('lets a placeholder stand for values of its form only', () => {
    expect(differences({ id: '<int>', at: '<iso-ms-z>' }, { id: 7, at: '2027-02-01T09:00:00.000Z' }, literals)).toEqual(
      [],
    );
    expect(differences('<iso-z>', '2027-02-01T09:00:00.000Z', literals)).toHaveLength(1);
    expect(differences('<int>', 7.5, literals)).toHaveLength(1);
    expect(differences('<uuid>', 'no uuid', literals)).toHaveLength(1);
  });

  it('reads placeholders inside texts and treats the rest of the text literally', () => {
    expect(differences('Event type with id <int> not found.', 'Event type with id 9 not found.', literals)).toEqual([]);
    expect(
      differences('Event type with id <int> not found.', 'Event type with id 9 not found!', literals),
    ).toHaveLength(1);
    expect(differences('x between <me.name> and y', 'x between Ada (A) and y', literals)).toEqual([]);
  });

  it('names keys that are missing and keys that were not recorded', () => {
    expect(differences({ a: 1, b: null }, { a: 1, c: 2 }, literals)).toEqual([
      '.c: not recorded, got 2',
      '.b: missing, recorded null',
    ]);
  });

  it('accepts any date for a recorded <date> key', () => {
    expect(differences({ '<date>': [1] }, { '2027-02-01': [1, 1], '2027-02-02': [1] }, literals)).toEqual([]);
    expect(differences({ '<date>': [1] }, { monday: [1] }, literals)).toHaveLength(2);
  });

  it('wants every recorded shape of an array to occur, and no other', () => {
    expect(differences([{ a: 1 }, { a: 2 }], [{ a: 2 }, { a: 1 }, { a: 1 }], literals)).toEqual([]);
    expect(differences([{ a: 1 }, { a: 2 }], [{ a: 1 }], literals)).toHaveLength(1);
    expect(differences([{ a: 1 }], [{ a: 1 }, { a: 3 }], literals)).toHaveLength(1);
    expect(differences([], [1], literals)).toHaveLength(1);
  });

  it('reads a recorded number of characters as any text of that length', () => {
    expect(differences('500 characters', 'v'.repeat(500), literals)).toEqual([]);
    expect(differences('500 characters', 'v'.repeat(499), literals)).toHaveLength(1);
  });

  it('compares nothing where the recording says <any>', () => {
    expect(differences({ a: '<any>' }, { a: [1, { b: 2 }] }, literals)).toEqual([]);
  });
});
