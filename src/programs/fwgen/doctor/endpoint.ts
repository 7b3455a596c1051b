// The region, the endpoint that it leads to, and the clock that its answers show.

import type { Ask, Reply } from '../../../host/http.ts';
import type { Finding, Variables } from './check.ts';
import type { AwsFiles } from './files.ts';

export interface Place {
  readonly region: string;
  readonly finding: Finding;
}

/** The region by environment, profile, or the instance itself. */
export function findRegion(variables: Variables, files: AwsFiles, instance: string): Place {
  const profile = variables('AWS_PROFILE') ?? 'default';
  const rows: readonly (readonly [where: string, region: string | undefined])[] = [
    ['AWS_REGION', variables('AWS_REGION')],
    ['AWS_DEFAULT_REGION', variables('AWS_DEFAULT_REGION')],
    [`the profile ${JSON.stringify(profile)}`, files.profiles.get(profile)?.get('region')],
    ['the instance', instance === '' ? undefined : instance],
  ];
  const [where, region] = rows.find(([, value]) => value !== undefined) ?? [];
  const found = (status: Finding['status'], message: string, fix?: string): Finding => ({
    check: 'region',
    status,
    message,
    ...(fix === undefined ? {} : { fix }),
  });
  if (region === undefined || where === undefined)
    return {
      region: '',
      finding: found(
        'fail',
        'no region in environment, profile or instance',
        'export AWS_REGION=NAME, or give cloudhosts --region',
      ),
    };
  if (!/^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(region)) {
    const zone = /^([a-z]{2,}(?:-[a-z]+)+-\d+)[a-z]$/.exec(region)?.[1];
    return {
      region: '',
      finding: found(
        'fail',
        `${where} says ${JSON.stringify(region)}, which is no region`,
        zone === undefined ? 'a region is like eu-west-1' : `that is a zone; its region is ${zone}`,
      ),
    };
  }
  if (instance !== '' && instance !== region)
    return {
      region,
      finding: found(
        'warn',
        `${region} by ${where}, but this instance is in ${instance}`,
        'is that meant? unset it to take the instance’s own',
      ),
    };
  return { region, finding: found('ok', `${region}, by ${where}`) };
}

/** Where EC2 of a region is asked. */
export function endpointOf(
  given: string | undefined,
  variables: Variables,
  region: string,
): string | undefined {
  const named = given ?? variables('AWS_ENDPOINT_URL_EC2') ?? variables('AWS_ENDPOINT_URL');
  if (named !== undefined) return named;
  if (region === '') return undefined;
  return `https://ec2.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
}

export interface Reached {
  readonly finding: Finding;
  readonly date: string;
}

/** Asks an endpoint for anything: every answer shows that it is there. */
export async function checkEndpoint(
  url: string | undefined,
  ask: Ask,
  milliseconds: number,
): Promise<Reached> {
  if (url === undefined)
    return { date: '', finding: finding('fail', 'none, since there is no region', 'see region above') };
  const shown = hostOf(url);
  if (shown === undefined)
    return {
      date: '',
      finding: finding(
        'fail',
        `${JSON.stringify(url)} is no URL of HTTP or HTTPS`,
        'write it like https://ec2.eu-west-1.amazonaws.com',
      ),
    };
  const started = performance.now();
  const reply = await ask({ url, method: 'HEAD', connect: milliseconds, answer: milliseconds });
  const took = Math.round(performance.now() - started);
  return reply.kind === 'answer'
    ? { date: reply.date, finding: finding('ok', `${shown} answers in ${took} ms`) }
    : { date: '', finding: finding('fail', ...trouble(reply, shown)) };
}

/** The host of a URL; a user's name and password in it are not shown. */
function hostOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, host } = new URL(url);
  return /^https?:$/.test(protocol) ? host : undefined;
}

function trouble(reply: Exclude<Reply, { kind: 'answer' }>, shown: string): [message: string, fix: string] {
  if (reply.kind === 'silence')
    return reply.connected
      ? [
          `${shown} takes connections and says nothing`,
          'a firewall or proxy in between lets the connection through and nothing more',
        ]
      : [
          `packets to ${shown} vanish`,
          'a firewall or security group drops outgoing TCP 443, or a subnet has neither gateway nor endpoint',
        ];
  const { code } = reply;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return [
      `the name of ${shown} can't be resolved (${code})`,
      code === 'EAI_AGAIN'
        ? 'no name server answers: see /etc/resolv.conf'
        : 'is the region spelt right? does the name server know names outside?',
    ];
  if (code === 'ECONNREFUSED')
    return [`${shown} refuses connections`, 'nothing listens there, or a firewall rejects it'];
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return [`there is no route to ${shown} (${code})`, 'ip route shows whether there is a default route'];
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code))
    return [
      `${shown} shows a certificate that is not trusted (${code})`,
      'something in between opens TLS: its authority goes into NODE_EXTRA_CA_CERTS',
    ];
  return [`${shown}: ${code}`, 'try again'];
}

function finding(status: Finding['status'], message: string, fix?: string): Finding {
  return { check: 'endpoint', status, message, ...(fix === undefined ? {} : { fix }) };
}

/** Signatures are good for five minutes around a server's time. */
const BAD = 5 * 60;
const POOR = 60;

/** This machine's clock against the Date of an answer. */
export function checkClock(date: string, now: number): Finding {
  const theirs = Date.parse(date);
  if (Number.isNaN(theirs))
    return {
      check: 'clock',
      status: 'warn',
      message: 'nothing that answered told the time',
      fix: 'timedatectl shows whether it is kept',
    };
  const off = Math.round((now - theirs) / 1000);
  const message = `${Math.abs(off)} s ${off < 0 ? 'behind' : 'ahead'}`;
  if (Math.abs(off) > BAD)
    return {
      check: 'clock',
      status: 'fail',
      message: `${message}: signatures are refused beyond ${BAD} s`,
      fix: 'timedatectl set-ntp true',
    };
  if (Math.abs(off) > POOR)
    return { check: 'clock', status: 'warn', message, fix: 'timedatectl set-ntp true' };
  return { check: 'clock', status: 'ok', message: Math.abs(off) <= 1 ? 'right to the second' : message };
}
