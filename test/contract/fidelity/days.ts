/** Days of the recording: all in a February, but those on which Berlin changes its clocks. */
const year = new Date().getUTCFullYear() + 1;

/** The Monday of the n-th full week of February (n from 0), `YYYY-MM-DD`. */
export function monday(week = 0): string {
  const day = new Date(Date.UTC(year, 1, 1));
  while (day.getUTCDay() !== 1) day.setUTCDate(day.getUTCDate() + 1);
  return plusDays(iso(day), week * 7);
}

/** Last Sunday of March (2) or October (9): the day on which Europe changes its clocks. */
export function changeDay(month: 2 | 9): string {
  const day = new Date(Date.UTC(year, month + 1, 0));
  while (day.getUTCDay() !== 0) day.setUTCDate(day.getUTCDate() - 1);
  return iso(day);
}

export function plusDays(date: string, days: number): string {
  return iso(new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000));
}

/** `at('2027-02-01', '08:00')` is `2027-02-01T08:00:00Z`. */
export function at(date: string, time: string): string {
  return `${date}T${time}:00Z`;
}

function iso(day: Date): string {
  return day.toISOString().slice(0, 10);
}
