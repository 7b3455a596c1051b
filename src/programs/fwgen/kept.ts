// The hosts for a plan: from the streams, and for a source that is incomplete also from its last complete answer, which is
// kept on disk. So a cloud that does not answer shuts nobody out.

import { diagnose } from '../../apply/faults.ts';
import { type Places, readText, writeText } from '../../apply/state.ts';
import type { Io } from '../../command/io.ts';
import { type Diagnostic, hasErrors } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';
import type { Host as Machine } from '../../host/host.ts';
import { completeness } from '../../inventory/complete.ts';
import { type Closing, combine, type Host } from '../../inventory/model.ts';
import { readStream, writeLines } from '../../inventory/wire.ts';

/** What was gathered. */
export interface Gathered {
  readonly hosts: readonly Host[];
  /** Whether a source is incomplete and its last complete answer is not known: nothing may be removed then. */
  readonly keep: boolean;
  /** The complete answers, source -> its part of the stream. */
  readonly answers: ReadonlyMap<string, () => string>;
}

/** Reads the streams; undefined after reporting what makes them unusable. Throws HostError. */
export function gather(
  paths: readonly string[],
  acceptIncomplete: boolean,
  places: Places,
  now: number,
  io: Io,
): Gathered | undefined {
  const hosts: Host[] = [];
  const closings: Closing[] = [];
  const diagnostics: Diagnostic[] = [];
  const texts: string[] = [];
  for (const path of paths.length === 0 ? ['-'] : paths) {
    const source = io.read(path);
    const stream = readStream(source);
    for (const host of stream.hosts) hosts.push(host);
    closings.push(...stream.closings);
    for (const open of stream.open)
      closings.push({ source: open, complete: false, why: 'its stream was cut off' });
    diagnostics.push(...stream.diagnostics);
    texts.push(source.text);
  }
  if (hasErrors(diagnostics)) {
    io.report(...diagnostics);
    return undefined;
  }
  const all = combine([{ hosts: [], closings }]).closings;
  const answers = new Map<string, () => string>();
  for (const { source, complete, why } of all) {
    if (!complete) continue;
    const [only = ''] = texts;
    const part = (): string =>
      all.length === 1 && texts.length === 1
        ? only
        : [
            ...writeLines({
              hosts: hosts.filter((host) => host.source === source),
              closings: [{ source, complete, why }],
            }),
          ].join('');
    answers.set(source, part);
  }
  if (acceptIncomplete) {
    io.report(...diagnostics, ...completeness(all, [], true));
    return { hosts, keep: false, answers };
  }
  let keep = false;
  const added: Host[] = [];
  for (const { source, complete, why } of all) {
    if (complete) continue;
    const kept = readKept(io.host, places, source, now);
    const because = `${source} is incomplete${why === '' ? '' : ` (${why})`}`;
    if (kept === undefined) {
      keep = true;
      diagnostics.push(
        diagnose(
          'LD001',
          undefined,
          `${because}, and no complete answer of it is known: nothing is removed`,
          {
            hint: '--accept-incomplete takes it for the whole',
          },
        ),
      );
      continue;
    }
    const seen = new Set(hosts.flatMap((host) => (host.source === source ? [host.id] : [])));
    const old = kept.hosts.filter((host) => !seen.has(host.id));
    for (const host of old) added.push(host);
    diagnostics.push(
      diagnose(
        'LD001',
        undefined,
        `${because}: ${old.length} hosts of its last complete answer, ${kept.age} old, stay`,
        { hint: '--accept-incomplete takes it for the whole' },
      ),
    );
  }
  io.report(...diagnostics);
  return { hosts: [...hosts, ...added], keep, answers };
}

/** Keeps the complete answers for the time when their sources fail. */
export function keepAnswers(machine: Machine, places: Places, { answers }: Gathered, now: number): void {
  if (answers.size > 0) machine.makeFolder(places.sources);
  for (const [source, part] of answers) {
    const path = pathOf(places, source);
    const text = part();
    // The same answer again is only newer.
    if (readText(machine, `${path}.jsonl`) !== text) writeText(machine, `${path}.jsonl`, text);
    writeText(machine, `${path}.time`, `${now}\n`);
  }
}

function readKept(
  machine: Machine,
  places: Places,
  source: string,
  now: number,
): { readonly hosts: readonly Host[]; readonly age: string } | undefined {
  const path = pathOf(places, source);
  const text = readText(machine, `${path}.jsonl`);
  const time = Number(readText(machine, `${path}.time`) ?? Number.NaN);
  if (text === undefined || !Number.isFinite(time)) return undefined;
  const stream = readStream(new Source(`${path}.jsonl`, text));
  if (hasErrors(stream.diagnostics)) return undefined;
  return { hosts: stream.hosts.filter((host) => host.source === source), age: ageOf(now - time) };
}

/** A source's name is a word of ours or of whoever wrote the stream: no path comes of it. */
function pathOf(places: Places, source: string): string {
  return `${places.sources}/${encodeURIComponent(source).replaceAll('.', '%2E').slice(0, 200)}`;
}

/** `5 s`, `12 min`, `3 h`, `9 days`. */
export function ageOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
