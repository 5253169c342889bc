import { newTeamEventTypeBody, teamEventTypeChange } from './event-type-mapper';
import type { WireEventType } from './wire';

const TYPE: WireEventType = {
  id: 7,
  title: 'Cut',
  slug: 'cut',
  lengthInMinutes: 30,
  schedulingType: 'roundRobin',
  hosts: [{ userId: 3 }, { userId: 5 }],
};

describe('the body for a type of a team', () => {
  it('names every member for a new one without hosts, and just the hosts where there are some', () => {
    const draft = { title: 'Cut', slug: 'cut', lengthMinutes: 30, schedulingType: 'managed' as const };
    expect(newTeamEventTypeBody(draft)).toMatchObject({ schedulingType: 'managed', assignAllTeamMembers: true });
    expect(newTeamEventTypeBody({ ...draft, hostIds: ['3'] })).toMatchObject({
      assignAllTeamMembers: false,
      hosts: [{ userId: 3 }],
    });
  });

  it('leaves hosts and kind alone where a change does not name them', () => {
    const body = JSON.parse(JSON.stringify(teamEventTypeChange({ title: 'Wash' })));
    expect(body).toEqual({ title: 'Wash' });
  });

  it('names the hosts again where the kind changes, because the type would have none otherwise', () => {
    const change = { schedulingType: 'collective' as const };
    expect(teamEventTypeChange(change, TYPE)).toMatchObject({
      schedulingType: 'collective',
      hosts: [{ userId: 3 }, { userId: 5 }],
    });
    expect(teamEventTypeChange(change, { ...TYPE, assignAllTeamMembers: true })).toMatchObject({
      schedulingType: 'collective',
      assignAllTeamMembers: true,
    });
    expect(teamEventTypeChange({ ...change, hostIds: ['9'] }, TYPE)).toMatchObject({ hosts: [{ userId: 9 }] });
  });

  it('does not repeat the kind that the type has, which a server may refuse', () => {
    const managed = { ...TYPE, schedulingType: 'managed' };
    expect(teamEventTypeChange({ schedulingType: 'managed' }, managed)).not.toHaveProperty('schedulingType');
    expect(() => teamEventTypeChange({ schedulingType: 'managed' }, TYPE)).toThrow('managed');
    expect(() => teamEventTypeChange({ schedulingType: 'collective' }, managed)).toThrow('managed');
  });

  it('refuses a host who cannot be anybody', () => {
    for (const id of ['x', '0', '99999999999', ''])
      expect(() => teamEventTypeChange({ hostIds: [id] })).toThrow('host');
  });
});
