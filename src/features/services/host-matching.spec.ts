import { type KnownHost, matchHosts } from './host-matching';

type Candidate = Parameters<typeof matchHosts>[0][number];

const person = (id: string, name: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  name,
  email: null,
  hostId: null,
  hostChosenBy: null,
  ...more,
});
const host = (id: string, name: string, email?: string): KnownHost => ({ id, name, ...(email ? { email } : {}) });

describe('matching staff with hosts', () => {
  it('goes by name, whatever its letter case, spaces and way of typing accents', () => {
    const staff = [person('s1', ' maria  LINDNER '), person('s2', 'Zoë Weiß')];
    expect(matchHosts(staff, [host('1', 'Maria Lindner'), host('2', 'Zoe\u0308 Weiß')])).toEqual([
      { staffId: 's1', hostId: '1', by: 'name' },
      { staffId: 's2', hostId: '2', by: 'name' },
    ]);
  });

  it('goes by e-mail address before it goes by name', () => {
    const staff = [person('s1', 'Maria', { email: 'm@x.example' }), person('s2', 'Jonas')];
    const hosts = [host('1', 'Maria'), host('2', 'Jonas', 'M@x.example')];
    expect(matchHosts(staff, hosts)).toEqual([{ staffId: 's1', hostId: '2', by: 'email' }]);
  });

  it('leaves namesakes on either side to somebody who knows them', () => {
    expect(matchHosts([person('s1', 'Eva'), person('s2', 'eva')], [host('1', 'Eva')])).toEqual([]);
    expect(matchHosts([person('s1', 'Eva')], [host('1', 'Eva'), host('2', 'Eva')])).toEqual([]);
  });

  it('never changes what was chosen by hand, nor gives its host to somebody else', () => {
    const staff = [
      person('s1', 'Maria', { hostId: '2', hostChosenBy: 'hand', email: 'm@x.example' }),
      person('s2', 'Jonas'),
    ];
    const hosts = [host('1', 'Maria', 'm@x.example'), host('2', 'Jonas')];
    expect(matchHosts(staff, hosts)).toEqual([]);
  });

  it('keeps an earlier match, and its host, until an e-mail address says better', () => {
    const matched = person('s1', 'Renamed', { hostId: '1', hostChosenBy: 'match' });
    const hosts = [host('1', 'Maria'), host('2', 'Somebody', 'm@x.example')];
    expect(matchHosts([matched, person('s2', 'Maria')], hosts)).toEqual([]);
    expect(matchHosts([{ ...matched, email: 'm@x.example' }, person('s2', 'Maria')], hosts)).toEqual([
      { staffId: 's1', hostId: '2', by: 'email' },
      { staffId: 's2', hostId: '1', by: 'name' },
    ]);
  });

  it('takes a host from whoever was matched by name for whom the e-mail address says it is', () => {
    const staff = [
      person('s1', 'Maria', { hostId: '1', hostChosenBy: 'match' }),
      person('s2', 'Maria L.', { email: 'm@x.example' }),
    ];
    const found = matchHosts(staff, [host('1', 'Maria', 'm@x.example'), host('2', 'Jonas')]);
    expect(found).toEqual([{ staffId: 's2', hostId: '1', by: 'email' }]);
  });
});
