// fwgen doctor: why can't I reach the cloud? Everything is looked at at once, within three seconds; each finding is a line
// that says what, and what to do. Nothing is changed and no secret is shown.

import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, type Verb, verb } from '../../command/program.ts';
import { type Ask, askHttp } from '../../host/http.ts';
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
  run: (invocation, io) => examine(invocation, io, askHttp, Date.now()),
});

/** Milliseconds for the endpoint: what is left of three seconds when the metadata service has used up its time. */
const ENDPOINT = 2500;
const LATE_ENDPOINT = 900;

async function examine(
  invocation: Invocation<typeof OPTIONS>,
  io: Io,
  ask: Ask,
  now: number,
): Promise<number> {
  const variables = variablesOf(io.host.env);
  const files = readAwsFiles(variables, io.host);
  const given = invocation.text('endpoint');
  const asking = askMetadata(variables, ask);
  // Where the region is known without the instance, its endpoint is asked at the same time.
  const early = endpointOf(given, variables, findRegion(variables, files, '').region);
  const trying = early === undefined ? undefined : checkEndpoint(early, ask, ENDPOINT);
  const metadata = await asking;
  const place = findRegion(variables, files, metadata.region);
  const reached = await (trying ??
    checkEndpoint(endpointOf(given, variables, place.region), ask, LATE_ENDPOINT));
  const { checkCredentials } = await import('./doctor/credentials.ts');
  const credentials = checkCredentials({ variables, files, metadata, host: io.host, now });
  // Elsewhere than on an instance there is no metadata service, and nothing is missing then.
  const needed = credentials.status === 'fail' || place.finding.status === 'fail';
  const first: Finding =
    metadata.finding.status === 'fail' && !needed
      ? { ...metadata.finding, status: 'warn' }
      : metadata.finding;
  const clock = checkClock(reached.date === '' ? metadata.date : reached.date, now);
  const findings = [first, place.finding, credentials, clock, reached.finding];
  tell(findings, { region: place.region, zone: metadata.zone }, invocation, io);
  return findings.some(({ status }) => status === 'fail') ? EXIT.negative : EXIT.ok;
}

function tell(
  findings: readonly Finding[],
  { region, zone }: { readonly region: string; readonly zone: string },
  invocation: Invocation<typeof OPTIONS>,
  io: Io,
): void {
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
