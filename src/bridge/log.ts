// The lines that a running bridge writes about itself, in socat's form:
// `2026/11/22 08:27:18 sockbridge[9457] N listening on AF=2 0.0.0.0:6666`. Formatting and levels; where the lines go is
// the caller's choice.

/** Fatal, error, warning, notice, information, debugging: the letters in the lines. */
export type Level = 'F' | 'E' | 'W' | 'N' | 'I' | 'D';

const LEVELS: readonly Level[] = ['F', 'E', 'W', 'N', 'I', 'D'];
const ORDER = LEVELS.join('');

export interface LogSettings {
  /** The least severe level that is written: 'W', and one further for each -d after the first. */
  readonly level: Level;
  readonly program: string;
  readonly pid: number;
  /** Takes a whole line with its line end; its level and its text for what has a form of its own (syslog). */
  readonly write: (line: string, level: Level, text: string) => void;
  readonly now: () => Date;
  /** -lu: the microseconds of the current second, which are put behind it. */
  readonly micros?: (() => number) | undefined;
  /** -lh: put before the program's name. */
  readonly hostname?: string | undefined;
}

/** The level that so many -d ask for. As in socat 1.8 warnings are always written; the first -d changes nothing. */
export function levelOf(count: number): Level {
  return (['W', 'W', 'N', 'I', 'D'] as const)[count] ?? 'D';
}

/** A log. */
export class Log {
  readonly #settings: LogSettings;
  readonly #least: number;

  constructor(settings: LogSettings) {
    this.#settings = settings;
    this.#least = ORDER.indexOf(settings.level);
  }

  /** A log to the same place, so many levels less severe. */
  lower(by: number): Log {
    return by === 0 ? this : new LowerLog(this.#settings, by);
  }

  /** Whether lines of this level are written: to ask before a costly text is made. */
  wants(level: Level): boolean {
    return ORDER.indexOf(level) <= this.#least;
  }

  say(level: Level, text: string): void {
    if (ORDER.indexOf(level) <= this.#least) this.insist(level, text);
  }

  /** Writes a line of any level: what was asked for by name. */
  insist(level: Level, text: string): void {
    const { program, pid, write, now, micros, hostname } = this.#settings;
    const time = timestamp(now()) + (micros === undefined ? '' : `.${String(micros()).padStart(6, '0')}`);
    const host = hostname === undefined ? '' : `${hostname} `;
    const line = oneLine(text);
    write(`${time} ${host}${program}[${pid}] ${level} ${line}\n`, level, line);
  }
}

/** The microseconds of the current second. */
export function microseconds(): number {
  return Math.floor(((performance.timeOrigin + performance.now()) % 1000) * 1000);
}

/**
 * A log onto another one, in which what is said is so many levels less severe: an error is a warning, a warning a notice.
 */
export class LowerLog extends Log {
  readonly #by: number;

  constructor(settings: LogSettings, by: number) {
    super(settings);
    this.#by = by;
  }

  override say(level: Level, text: string): void {
    super.say(this.#lower(level), text);
  }

  override wants(level: Level): boolean {
    return super.wants(this.#lower(level));
  }

  #lower(level: Level): Level {
    return LEVELS[Math.min(ORDER.indexOf(level) + this.#by, LEVELS.length - 1)] ?? 'D';
  }
}

/** `2026/11/22 08:27:18`, local time. */
export function timestamp(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Control characters as escapes: what a peer or a path brings in can't forge a second line or drive a terminal. */
function oneLine(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
