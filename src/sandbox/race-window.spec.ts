import { RaceWindow } from './race-window';

describe('the race window', () => {
  it('lets nobody write before all who came together have checked', async () => {
    const races = new RaceWindow();
    const events: string[] = [];
    const [fast, slow] = [races.enter(), races.enter()];
    const fastWrites = fast.pause().then(() => events.push('fast writes'));
    // Longer than any pause of a caller who is alone.
    await new Promise((resolve) => setTimeout(resolve, 80));
    events.push('slow checks');
    await Promise.all([fastWrites, slow.pause()]);
    expect(events).toEqual(['slow checks', 'fast writes']);
  });

  it('does not wait for a call that was refused', async () => {
    const races = new RaceWindow();
    const [writer, refused] = [races.enter(), races.enter()];
    refused.end();
    await expect(writer.pause()).resolves.toBeUndefined();
  });

  it('does not wait for ever for a call that hangs', async () => {
    const races = new RaceWindow();
    const writer = races.enter();
    races.enter();
    await expect(writer.pause()).resolves.toBeUndefined();
  });
});
