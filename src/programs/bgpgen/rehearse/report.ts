// What a rehearsal has shown, as data, and the same in words. Pure.

import type { Family } from '../../../address/index.ts';
import type { Loss } from '../../../routing/rehearsal/probe.ts';

/** All times in seconds. */
export interface Shown {
  readonly routers: readonly {
    readonly router: string;
    readonly daemon: string;
    readonly instead?: string;
  }[];
  readonly sessions: { readonly up: number; readonly of: number; readonly after: number | undefined };
  /** When the vantage point had every prefix by every neighbour. */
  readonly seen: number | undefined;
  readonly hears: readonly Hearing[];
  readonly takes: readonly Taking[];
  /** Until what was invalid was taken once its ROA was mended; null where it was not. */
  readonly readmitted?: number | null;
  readonly failure?: Failure;
}

export interface Hearing {
  readonly neighbor: string;
  readonly prefixes: readonly string[];
  /** What is ours and did not come, and what came and is not ours. */
  readonly missing: readonly string[];
  readonly leaked: readonly string[];
}

export interface Taking {
  readonly neighbor: string;
  readonly family: Family;
  readonly taken: readonly string[];
  readonly refused: readonly Verdict[];
  /** Taken against the policy, and refused against it. */
  readonly wrong: readonly Verdict[];
}

export interface Verdict {
  readonly prefix: string;
  readonly why: string;
}

export interface Failure {
  readonly kind: string;
  readonly of: string;
  /** Until the way was no longer announced; undefined where it stayed. */
  readonly withdrawn: number | undefined;
  /** Whether another way was left. */
  readonly otherWay: boolean;
  readonly traffic: readonly Traffic[];
  readonly repair: { readonly after: number | undefined; readonly traffic: readonly Traffic[] };
}

export interface Traffic extends Pick<Loss, 'sent' | 'lost' | 'outage'> {
  readonly family: Family;
}

/** Whether all was as it should be. */
export function isGood({ sessions, hears, takes, seen, failure }: Shown): boolean {
  return (
    sessions.up === sessions.of &&
    seen !== undefined &&
    hears.every(({ missing, leaked }) => missing.length + leaked.length === 0) &&
    takes.every(({ wrong }) => wrong.length === 0) &&
    (failure === undefined || (failure.withdrawn !== undefined && failure.repair.after !== undefined))
  );
}

export function inWords(shown: Shown): string {
  const lines: string[] = [];
  const { sessions, seen } = shown;
  for (const { router, daemon, instead } of shown.routers)
    lines.push(
      `${router}: ${daemon}${instead === undefined ? '' : `, in place of ${instead}, which is not here`}`,
    );
  lines.push(
    sessions.after === undefined
      ? `sessions: only ${sessions.up} of ${sessions.of} came up`
      : `sessions: ${sessions.of} of ${sessions.of} up after ${seconds(sessions.after)}`,
  );
  lines.push(
    seen === undefined
      ? 'vantage point: does not see every prefix by every neighbour'
      : `vantage point: sees every prefix by every neighbour after ${seconds(seen)}`,
  );
  for (const { neighbor, prefixes, missing, leaked } of shown.hears) {
    lines.push(`${neighbor} hears: ${list(prefixes)}`);
    if (missing.length > 0) lines.push(`  MISSING: ${list(missing)}`);
    if (leaked.length > 0) lines.push(`  LEAKED: ${list(leaked)}`);
  }
  for (const { neighbor, family, taken, refused, wrong } of shown.takes) {
    lines.push(`of ${neighbor}, IPv${family}, taken: ${list(taken)}`);
    for (const { prefix, why } of refused) lines.push(`  refused: ${prefix} (${why})`);
    for (const { prefix, why } of wrong) lines.push(`  WRONG: ${prefix} (${why})`);
  }
  if (shown.readmitted !== undefined)
    lines.push(
      shown.readmitted === null
        ? 'ROAs mended: what was invalid is still NOT taken'
        : `ROAs mended: what was invalid is taken after ${seconds(shown.readmitted)}`,
    );
  if (shown.failure !== undefined) lines.push(...failureLines(shown.failure));
  return lines.map((line) => `${line}\n`).join('');
}

function failureLines({ kind, of, withdrawn, otherWay, traffic, repair }: Failure): string[] {
  return [
    `failure: ${kind} of ${of}`,
    withdrawn === undefined
      ? '  the way by it STAYED announced'
      : `  the way by it was no longer announced after ${seconds(withdrawn)}`,
    ...(otherWay ? [] : ['  not every prefix had another way until the repair']),
    ...(traffic.length === 0 ? ['  no packets: this daemon puts no routes into the kernel'] : []),
    ...traffic.map((each) => `  ${trafficText(each)}`),
    repair.after === undefined
      ? 'repair: the sessions did NOT come back'
      : `repair: all sessions up again after ${seconds(repair.after)}`,
    ...repair.traffic.map((each) => `  ${trafficText(each)}`),
  ];
}

function trafficText({ family, sent, lost, outage }: Traffic): string {
  if (lost === 0) return `IPv${family}: nothing lost of ${sent} probes`;
  return `IPv${family}: ${lost} of ${sent} probes lost, the longest hole ${seconds(outage)}`;
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function list(texts: readonly string[]): string {
  return texts.length === 0 ? 'nothing' : texts.join(' ');
}
