import { Call, caller, Handler, Reply, Route, success } from '../http/call';
import { badRequest, forbidden, Json, notFound } from '../http/errors';
import { Field, globalPipe, isArray, isBoolean, isIn, isNumber, isString, isTimeZone } from '../http/validation';
import { Account, Schedule } from '../store/records';

const ME: Field[] = [
  { name: 'email', rules: [isString], optional: true },
  { name: 'name', rules: [isString], optional: true },
  { name: 'timeFormat', rules: [isIn([12, 24])], optional: true },
  { name: 'defaultScheduleId', rules: [isNumber], optional: true },
  { name: 'weekStart', rules: [isString], optional: true },
  { name: 'timeZone', rules: [isTimeZone], optional: true },
  { name: 'bio', rules: [isString], optional: true },
  { name: 'avatarUrl', rules: [isString], optional: true },
];

function showMe(account: Account): Json {
  const { key: _key, ...shown } = account;
  return { ...shown, organizationId: null };
}

const getMe: Handler = async (call) => success(showMe(caller(call)));

const updateMe: Handler = async (call) =>
  success(showMe(await call.sandbox.accounts.change(caller(call), globalPipe(ME, call.body))));

const SCHEDULE: Field[] = [
  { name: 'name', rules: [isString] },
  { name: 'timeZone', rules: [isTimeZone] },
  { name: 'availability', rules: [isArray], optional: true },
  { name: 'isDefault', rules: [isBoolean] },
  { name: 'overrides', rules: [isArray], optional: true },
];

const SCHEDULE_CHANGE = SCHEDULE.map((field) => ({ ...field, optional: true }));

type ScheduleInput = Partial<Omit<Schedule, 'id' | 'ownerId'>> & { isDefault?: boolean };

/** Cal.com's hours for a schedule that names none. */
const USUAL_HOURS = [
  { days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'], startTime: '09:00', endTime: '17:00' },
];

function showSchedule({ id, ownerId, name, timeZone, availability, overrides }: Schedule, owner: Account): Json {
  return { id, ownerId, name, timeZone, availability, isDefault: owner.defaultScheduleId === id, overrides };
}

/** The shape of 2024-04-15: minutes since midnight, days as numbers from Sunday. */
function showOldSchedule(schedule: Schedule, owner: Account, count: number): Json {
  const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const clock = (time: string): string => `1970-01-01T${time}:00.000Z`;
  const daysOf = (days: string[]): number[] => days.map((day) => dayNames.indexOf(day)).sort();
  const { id, ownerId: userId, availability } = schedule;
  return {
    id,
    name: schedule.name,
    userId,
    timeZone: schedule.timeZone,
    isDefault: owner.defaultScheduleId === id,
    isLastSchedule: count === 1,
    isManaged: false,
    readOnly: false,
    dateOverrides: [],
    workingHours: availability.map(({ days, startTime, endTime }) => ({
      days: daysOf(days),
      startTime: minutes(startTime),
      endTime: minutes(endTime),
      userId,
    })),
    schedule: availability.map(({ days, startTime, endTime }, index) => ({
      id: id * 10 + index,
      userId,
      eventTypeId: null,
      days: daysOf(days),
      startTime: clock(startTime),
      endTime: clock(endTime),
      date: null,
      scheduleId: id,
    })),
    availability: dayNames.map((name) =>
      availability
        .filter(({ days }) => days.includes(name))
        .map(({ startTime, endTime }) => ({ start: clock(startTime), end: clock(endTime) })),
    ),
  };
}

async function ownSchedule(call: Call): Promise<Schedule> {
  const id = Number(call.params.scheduleId);
  const schedule = await call.sandbox.schedules.byId(id);
  const account = caller(call);
  if (!schedule) {
    // Changing and deleting find out later that it is missing, and say it in other words.
    if (call.operation === 'schedules.get') throw notFound(`Schedule with ID=${id} does not exist.`);
    throw badRequest(`Schedule with ID=${id} does not exist.`);
  }
  if (schedule.ownerId !== account.id) {
    throw forbidden(`User with ID=${account.id} does not own schedule with ID=${id}`);
  }
  return schedule;
}

const listSchedules: Handler = async (call) => {
  const account = caller(call);
  const schedules = await call.sandbox.schedules.ofOwner(account.id);
  return success(schedules.map((schedule) => showSchedule(schedule, account)));
};

const listOldSchedules: Handler = async (call) => {
  const account = caller(call);
  const schedules = await call.sandbox.schedules.ofOwner(account.id);
  return success(schedules.map((schedule) => showOldSchedule(schedule, account, schedules.length)));
};

const getSchedule: Handler = async (call) => success(showSchedule(await ownSchedule(call), caller(call)));

const getDefaultSchedule: Handler = async (call) => {
  const account = caller(call);
  const id = account.defaultScheduleId;
  const schedule = id === null ? undefined : await call.sandbox.schedules.byId(id);
  return success(schedule ? showSchedule(schedule, account) : null);
};

async function makeDefault(call: Call, schedule: Schedule, isDefault: boolean | undefined): Promise<Account> {
  const account = caller(call);
  return isDefault ? call.sandbox.accounts.change(account, { defaultScheduleId: schedule.id }) : account;
}

async function createSchedule(call: Call): Promise<Reply> {
  const input = globalPipe(SCHEDULE, call.body) as ScheduleInput;
  const schedule = await call.sandbox.schedules.create(caller(call).id, {
    name: input.name ?? '',
    timeZone: input.timeZone ?? '',
    availability: input.availability ?? USUAL_HOURS,
    overrides: input.overrides ?? [],
  });
  const owner = await makeDefault(call, schedule, input.isDefault);
  return success(showSchedule(schedule, owner), 201);
}

async function updateSchedule(call: Call): Promise<Reply> {
  const { isDefault, ...change } = globalPipe(SCHEDULE_CHANGE, call.body) as ScheduleInput;
  const schedule = await call.sandbox.schedules.change((await ownSchedule(call)).id, change);
  const owner = await makeDefault(call, schedule, isDefault);
  return success(showSchedule(schedule, owner));
}

async function deleteSchedule(call: Call): Promise<Reply> {
  await call.sandbox.schedules.remove((await ownSchedule(call)).id);
  return { status: 200, body: { status: 'success' } };
}

const schedule = (
  operation: string,
  method: Route['method'],
  path: string,
  handler: Handler,
  older?: Handler,
): Route => ({
  operation: `schedules.${operation}`,
  method,
  path: `/v2/schedules${path}`,
  access: 'required',
  family: 'schedules',
  handler,
  older,
});

export const accountRoutes: Route[] = [
  { operation: 'me.get', method: 'GET', path: '/v2/me', access: 'required', family: 'any', handler: getMe },
  { operation: 'me.update', method: 'PATCH', path: '/v2/me', access: 'required', family: 'any', handler: updateMe },
  schedule('create', 'POST', '', createSchedule),
  schedule('list', 'GET', '', listSchedules, listOldSchedules),
  schedule('default', 'GET', '/default', getDefaultSchedule),
  schedule('get', 'GET', '/:scheduleId', getSchedule),
  schedule('update', 'PATCH', '/:scheduleId', updateSchedule),
  schedule('delete', 'DELETE', '/:scheduleId', deleteSchedule),
];
