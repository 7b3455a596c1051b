// The metadata service of EC2 (IMDSv2): a token by PUT, then the questions with it. Where it can't be reached, the way in
// which it can't tells why; this file knows the ways.

import type { Ask, Reply } from '../../../host/http.ts';
import type { Finding, Variables } from './check.ts';

/** What the instance knows of itself; '' where it did not say. */
export interface Metadata {
  readonly finding: Finding;
  /** Whether it gave a token. */
  readonly reached: boolean;
  readonly region: string;
  readonly zone: string;
  /** The role whose credentials it hands out, and when those run out. */
  readonly role: string;
  readonly expires: string;
  /** The Date header of an answer. */
  readonly date: string;
}

/** Milliseconds for a connection and for an answer; it is one hop away. */
const CONNECT = 800;
const ANSWER = 1200;
/** Milliseconds for all questions together: the whole run has three seconds. */
const ALL = 1900;

export async function askMetadata(variables: Variables, ask: Ask): Promise<Metadata> {
  if (/^true$/i.test(variables('AWS_EC2_METADATA_DISABLED') ?? ''))
    return nothing(
      'warn',
      'switched off by AWS_EC2_METADATA_DISABLED',
      'unset AWS_EC2_METADATA_DISABLED on an instance',
    );
  const base = baseOf(variables);
  if (!/^https?:\/\//.test(base) || !URL.canParse(base))
    return nothing(
      'fail',
      `AWS_EC2_METADATA_SERVICE_ENDPOINT is ${JSON.stringify(base)}, which is no URL`,
      'unset it, or write it like http://169.254.169.254',
    );
  const started = performance.now();
  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> => {
    const left = Math.max(1, started + ALL - performance.now());
    return ask({
      url: `${base}/latest/${path}`,
      headers,
      connect: Math.min(CONNECT, left),
      answer: Math.min(ANSWER, left),
    });
  };
  // The second question is one of version 1. Its answer is not held back by the hop limit, so it tells the ways apart.
  const [token, control] = await Promise.all([
    ask({
      url: `${base}/latest/api/token`,
      method: 'PUT',
      headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '60' },
      connect: CONNECT,
      answer: ANSWER,
    }),
    get('meta-data/'),
  ]);
  if (token.kind !== 'answer' || token.status !== 200 || token.body.trim() === '') {
    const date = token.kind === 'answer' ? token.date : control.kind === 'answer' ? control.date : '';
    return { ...diagnosis(token, control, base), date };
  }
  const milliseconds = Math.round(performance.now() - started);
  const headers = { 'X-aws-ec2-metadata-token': token.body.trim() };
  const [region, zone, role] = await Promise.all([
    get('meta-data/placement/region', headers),
    get('meta-data/placement/availability-zone', headers),
    get('meta-data/iam/security-credentials/', headers),
  ]);
  const name = wordOf(role);
  const credentials =
    name === '' ? undefined : await get(`meta-data/iam/security-credentials/${name}`, headers);
  const found = { region: wordOf(region), zone: wordOf(zone) };
  return {
    ...found,
    reached: true,
    role: name,
    expires: expiryOf(credentials),
    date: token.date,
    finding:
      found.region === ''
        ? {
            check: 'metadata',
            status: 'warn',
            message: `${base} gives tokens, but no region`,
            fix: 'is this the metadata service of Amazon?',
          }
        : {
            check: 'metadata',
            status: 'ok',
            message: `${base}: version 2, token in ${milliseconds} ms, in ${found.zone === '' ? found.region : found.zone}`,
          },
  };
}

function baseOf(variables: Variables): string {
  const given = variables('AWS_EC2_METADATA_SERVICE_ENDPOINT');
  if (given !== undefined) return given.replace(/\/+$/, '');
  return /^ipv6$/i.test(variables('AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE') ?? '')
    ? 'http://[fd00:ec2::254]'
    : 'http://169.254.169.254';
}

/** Why there is no token. */
function diagnosis(token: Reply, control: Reply, base: string): Metadata {
  if (token.kind === 'answer') return nothing('fail', ...refusal(token.status, base));
  if (token.kind === 'error') {
    if (token.code === 'ECONNREFUSED')
      return nothing(
        'fail',
        `${base} refuses connections`,
        'not an instance of EC2? or a rule of this machine rejects them: look for 169.254.169.254 in iptables-save and nft list ruleset',
      );
    if (token.code === 'EHOSTUNREACH' || token.code === 'ENETUNREACH')
      return nothing(
        'fail',
        `there is no route to ${base} (${token.code})`,
        'ip route get 169.254.169.254 shows what the kernel does with it; outside of EC2 there is no such service',
      );
    return nothing(
      'fail',
      `${base}: ${token.code}${token.connected ? ' after the connection was made' : ''}`,
      'is a proxy or another service there?',
    );
  }
  if (control.kind === 'answer')
    return nothing(
      'fail',
      `${base} answers, but its tokens do not arrive: the hop limit is too small`,
      'from a container: aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2 --instance-id ID',
    );
  if (token.connected)
    return nothing(
      'fail',
      `${base} takes connections and says nothing`,
      'something in between took the connection: a proxy, a service mesh, kube2iam or kiam without its server',
    );
  return nothing(
    'fail',
    `packets to ${base} vanish: no answer, no refusal`,
    'a firewall drops them (iptables -S OUTPUT, a network policy of the cluster), or this is not an instance of EC2',
  );
}

function refusal(status: number, base: string): [message: string, fix: string] {
  if (status === 401)
    return [
      `${base} asks for authorization before it gives a token (401)`,
      'that is not the service itself: a proxy in between (kube2iam, kiam, a service mesh) answers',
    ];
  if (status === 403)
    return [
      `${base} forbids the token (403)`,
      'the service is switched off for this instance: aws ec2 modify-instance-metadata-options --http-endpoint enabled --instance-id ID; or a proxy added X-Forwarded-For',
    ];
  if (status === 404 || status === 405)
    return [
      `${base} knows no tokens (${status})`,
      'a metadata service of another cloud, or an imitation of version 1',
    ];
  return [
    `${base} answers a token's request with ${status}`,
    'try again; if it stays so, stop and start the instance',
  ];
}

function nothing(status: 'warn' | 'fail', message: string, fix: string): Metadata {
  return {
    finding: { check: 'metadata', status, message, fix },
    reached: false,
    region: '',
    zone: '',
    role: '',
    expires: '',
    date: '',
  };
}

/** One word of an answer; anything else is no name of a region, zone or role, and may be meant to be run by a shell. */
function wordOf(reply: Reply): string {
  const text = reply.kind === 'answer' && reply.status === 200 ? reply.body.trim() : '';
  const [first = ''] = text.split('\n');
  return /^[\w+=,.@-]{1,128}$/.test(first) ? first : '';
}

/** Of the credentials only when they run out. */
function expiryOf(reply: Reply | undefined): string {
  if (reply?.kind !== 'answer' || reply.status !== 200) return '';
  return /"Expiration"\s*:\s*"([0-9TZ:.-]{10,40})"/.exec(reply.body)?.[1] ?? '';
}
