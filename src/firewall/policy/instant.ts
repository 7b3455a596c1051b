// Days and times of a policy, and of --now: RFC 3339, where seconds may be left away, and a day may stand alone. A time has
// a zone, since what is meant otherwise depends on who reads it.

const DAY = 86_400_000;

const FORM = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt](\d{2}):(\d{2})(?::(\d{2}))?([Zz]|[+-]\d{2}:\d{2}))?$/;

/** Milliseconds of the epoch at a time, or at the end of a day of UTC; undefined for what is none, such as February 30th. */
export function readInstant(text: string): number | undefined {
  const [, year = '', month = '', day = '', hour, minute = '', second = '00', zone = ''] =
    FORM.exec(text) ?? [];
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const date = new Date(midnight);
  if (year === '' || date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day))
    return undefined;
  if (hour === undefined) return midnight + DAY;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const sign = zone.startsWith('-') ? -1 : 1;
  const [hours = 0, minutes = 0] = /\d/.test(zone) ? zone.slice(1).split(':').map(Number) : [];
  if (hours > 23 || minutes > 59) return undefined;
  const seconds = Number(hour) * 3_600 + Number(minute) * 60 + Number(second);
  return midnight + (seconds - sign * (hours * 3_600 + minutes * 60)) * 1_000;
}
