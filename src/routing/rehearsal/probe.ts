// What a stream of probes tells: the answers of ping(8) as a series, and the hole that a failure made in it.

/** One probe that was answered. */
export interface Answer {
  readonly sequence: number;
  /** Seconds since 1970, of the answer. */
  readonly at: number;
  /** Milliseconds there and back. */
  readonly took: number;
}

/** Seconds between two probes. */
export const INTERVAL = 0.01;

/** ping(8) so that each answer stands on a line with its time; `-O` would report what is late as lost. */
export function pingCommand(target: string, source: string): readonly string[] {
  return ['ping', '-n', '-D', '-i', String(INTERVAL), '-I', source, target];
}

/** The answers in what `ping -D` prints; doubles are taken once. */
export function answersIn(text: string): readonly Answer[] {
  const answers = new Map<number, Answer>();
  for (const match of text.matchAll(
    /^\[(\d+\.\d+)\] \d+ bytes from \S+ icmp_seq=(\d+) .*time=([\d.]+) ms/gm,
  )) {
    const sequence = Number(match[2]);
    if (!answers.has(sequence))
      answers.set(sequence, { sequence, at: Number(match[1]), took: Number(match[3]) });
  }
  return [...answers.values()].sort((a, b) => a.sequence - b.sequence);
}

/** What is missing of a series. */
export interface Loss {
  /** Probes that were sent between the first and the last one answered. */
  readonly sent: number;
  readonly lost: number;
  /** Seconds from the last answer before the longest hole to the first one behind it; 0 where nothing is missing. */
  readonly outage: number;
  /** When the first answer behind the longest hole came. */
  readonly back: number | undefined;
}

/** What is missing between two times, in seconds since 1970; the answers are by number. */
export function lossIn(answers: readonly Answer[], from: number, to: number): Loss {
  // The last answer before belongs to it: a hole that begins at once begins there. Where the way changes, answers overtake
  // each other, so that the stretch is told by numbers, and whatever was answered in it counts, however late.
  const inside = answers.filter(({ at }) => from <= at && at <= to).map(({ sequence }) => sequence);
  const before = answers.filter(({ at }) => at < from).map(({ sequence }) => sequence);
  const last = inside.at(-1);
  const first = before.at(-1) ?? inside[0];
  if (last === undefined || first === undefined || last < first)
    return { sent: 0, lost: 0, outage: 0, back: undefined };
  const all = answers.filter(({ sequence }) => first <= sequence && sequence <= last);
  let lost = 0;
  let outage = 0;
  let back: number | undefined;
  for (const [index, answer] of all.entries()) {
    const previous = all[index - 1];
    if (previous === undefined) continue;
    const missing = answer.sequence - previous.sequence - 1;
    lost += missing;
    if (missing > 0 && answer.at - previous.at > outage) {
      outage = answer.at - previous.at;
      back = answer.at;
    }
  }
  return { sent: last - first + 1, lost, outage, back };
}

/** Whether traffic flows at the end of a series: answers without a hole for the given time up to now. */
export function flows(answers: readonly Answer[], now: number, seconds: number): boolean {
  const last = answers.at(-1);
  if (last === undefined || now - last.at > 0.5) return false;
  const recent = answers.filter(({ at }) => at > last.at - seconds);
  const [first] = recent;
  return (
    first !== undefined &&
    last.at - first.at > seconds * 0.8 &&
    last.sequence - first.sequence + 1 === recent.length
  );
}
