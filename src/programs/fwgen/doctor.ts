// fwgen doctor: why can't I reach the cloud? Everything is looked at at once, within three seconds; each finding is a line
// that says what, and what to do. Nothing is changed and no secret is shown.

import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, type Verb, verb } from '../../command/program.ts';
import type { Host } from '../../host/host.ts';
import { type Ask, httpOf } from '../../host/http.ts';
import { type Finding, variablesOf } from './doctor/check.ts';
import { checkClock, checkEndpoint, endpointOf, findRegion } from './doctor/endpoint.ts';
import { readAwsFiles } from './doctor/files.ts';
import { askMetadata } from './doctor/metadata.ts';

const OPTIONS = {
  endpoint: {
    type: 'text',
    value: 'URL',
    summary: 'the endpoint that is tried, instead of the one of the region',
  },
  shell: {
    type: 'flag',
    summary: 'print region and zone as lines for a shell to export; findings go to standard error',
  },
  json: { type: 'flag', short: 'j', summary: 'write findings as JSON Lines' },
} as const satisfies Options;

export const doctor: Verb = verb({
  name: 'doctor',
  summary: "find out why Amazon's cloud can't be asked",
  operands: [],
  options: OPTIONS,
  run,
});

/** Milliseconds for the endpoint: what is left of three seconds when the metadata service has used up its time. */
const ENDPOINT = 2500;
const LATE_ENDPOINT = 900;

/** What is looked at, and through what. */
export interface Patient {
  readonly host: Host;
  readonly ask: Ask;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The endpoint that is tried instead of the one of the region. */
  readonly endpoint: string | undefined;
}

/** What was found, and the words that a shell can use. */
export interface Examination {
  readonly findings: readonly Finding[];
  readonly region: string;
  readonly zone: string;
}

/** Looks at everything. */
export async function examine({ host, ask, now, endpoint }: Patient): Promise<Examination> {
  const variables = variablesOf(host.env);
  const files = readAwsFiles(variables, host);
  const asking = askMetadata(variables, ask);
  // Where the region is known without the instance, its endpoint is asked at the same time.
  const early = endpointOf(endpoint, variables, findRegion(variables, files, '').region);
  const trying = early === undefined ? undefined : checkEndpoint(early, ask, ENDPOINT);
  const metadata = await asking;
  const place = findRegion(variables, files, metadata.region);
  const reached = await (trying ??
    checkEndpoint(endpointOf(endpoint, variables, place.region), ask, LATE_ENDPOINT));
  const { checkCredentials } = await import('./doctor/credentials.ts');
  const credentials = checkCredentials({ variables, files, metadata, host, now });
  // Elsewhere than on an instance there is no metadata service, and nothing is missing then.
  const needed = credentials.status === 'fail' || place.finding.status === 'fail';
  const first: Finding =
    metadata.finding.status === 'fail' && !needed
      ? { ...metadata.finding, status: 'warn' }
      : metadata.finding;
  const clock = checkClock(reached.date === '' ? metadata.date : reached.date, now);
  return {
    findings: [first, place.finding, credentials, clock, reached.finding],
    region: place.region,
    zone: metadata.zone,
  };
}

async function run(invocation: Invocation<typeof OPTIONS>, io: Io): Promise<number> {
  const endpoint = invocation.text('endpoint');
  const found = await examine({ host: io.host, ask: httpOf(io.host), now: Date.now(), endpoint });
  tell(found, invocation, io);
  return found.findings.some(({ status }) => status === 'fail') ? EXIT.negative : EXIT.ok;
}

function tell({ findings, region, zone }: Examination, invocation: Invocation<typeof OPTIONS>, io: Io): void {
  const shell = invocation.flag('shell');
  const lines = findings.map((finding) =>
    invocation.flag('json') ? `${JSON.stringify(finding)}\n` : lineOf(finding),
  );
  if (!shell) {
    for (const line of lines) io.write(line);
    return;
  }
  io.host.write(2, new TextEncoder().encode(lines.join('')));
  // Both are words of a few letters by now; quoted all the same, since a shell runs this.
  for (const [name, value] of [
    ['AWS_REGION', region],
    ['AWS_DEFAULT_REGION', region],
    ['AWS_AVAILABILITY_ZONE', zone],
  ] as const)
    if (value !== '') io.write(`export ${name}='${value.replaceAll("'", "'\\''")}'\n`);
}

function lineOf({ check, status, message, fix }: Finding): string {
  const line = `${status.padEnd(4)}  ${check.padEnd(11)}  ${message}\n`;
  return fix === undefined ? line : `${line}      fix: ${fix}\n`;
}
