import { RateLimiter } from './http/rate-limiter';
import { RaceWindow } from './race-window';
import { SlotsCache } from './slots-cache';
import { AccountStore } from './store/accounts';
import { BookingStore } from './store/bookings';
import { Database } from './store/database';
import { EventTypeStore } from './store/event-types';
import { Journal } from './store/journal';
import { ReservationStore } from './store/reservations';
import { ScenarioStore } from './store/scenarios';
import { ScheduleStore } from './store/schedules';
import { Settings, SettingsStore } from './store/settings';
import { TeamStore } from './store/teams';
import { WebhookStore } from './store/webhooks';
import { WebhookSender } from './webhooks/webhook-sender';

/** Everything one running stand-in owns. */
export interface Sandbox {
  db: Database;
  accounts: AccountStore;
  schedules: ScheduleStore;
  eventTypes: EventTypeStore;
  bookings: BookingStore;
  reservations: ReservationStore;
  webhooks: WebhookStore;
  teams: TeamStore;
  settings: SettingsStore;
  scenarios: ScenarioStore;
  journal: Journal;
  limiter: RateLimiter;
  slotsCache: SlotsCache;
  races: RaceWindow;
  sender: WebhookSender;
  now: () => number;
  /** Scheme and host under which booking pages would be found; known once the server listens. */
  origin: string;
}

/** Connects and creates the tables. Throws when the database cannot be reached. */
export async function openSandbox(databaseUrl: string, defaults: Settings, now: () => number): Promise<Sandbox> {
  const db = await Database.open(databaseUrl);
  const schedules = new ScheduleStore(db);
  const journal = new Journal(db);
  const scenarios = new ScenarioStore(db);
  const accounts = new AccountStore(db, schedules);
  const settings = await SettingsStore.load(db, defaults);
  return {
    db,
    accounts,
    schedules,
    eventTypes: new EventTypeStore(db),
    bookings: new BookingStore(db),
    reservations: new ReservationStore(db),
    webhooks: new WebhookStore(db),
    teams: new TeamStore(db),
    settings,
    scenarios,
    journal,
    limiter: new RateLimiter(
      () => settings.current.rateLimit,
      now,
      () => settings.current.rateLimitReset,
    ),
    slotsCache: new SlotsCache(() => settings.current.slotsCacheMs, now),
    races: new RaceWindow(),
    sender: new WebhookSender(journal, scenarios, now),
    now,
    origin: '',
  };
}
