// Amazon EC2 asked itself, through its SDK: every page of DescribeInstances of every region, all regions at once, each with
// a time of its own. The one file that knows the SDK, which is loaded when a question is asked and not before; what the
// answers hold is aws.ts's, which reads them like those of a file.

import type { EC2Client, EC2ClientConfig } from '@aws-sdk/client-ec2';
import type { Json } from '../../document/json.ts';

export interface Ec2Question {
  /** Names, or `all` for those that the account has switched on; none for the one of the environment. */
  readonly regions: readonly string[];
  /** Instead of Amazon's own: a private endpoint, a test. */
  readonly endpoint: string | undefined;
  /** How long a region may take, all its pages and repetitions together. */
  readonly seconds: number;
  /** How often a call that was throttled or failed is made again. */
  readonly retries: number;
}

/** What a region answered: the pages that came, and why there are no more of them. */
export interface RegionAnswer {
  readonly region: string;
  readonly pages: readonly Json[];
  /** '' where it answered to the end. */
  readonly failure: string;
}

/** Why nothing could be asked at all. */
export interface Unasked {
  readonly why: 'no sdk' | 'no region' | 'failed';
  readonly message: string;
}

type Sdk = typeof import('@aws-sdk/client-ec2');

/** Asks. The answers are in the order of the regions' names. */
export async function askEc2(question: Ec2Question): Promise<readonly RegionAnswer[] | Unasked> {
  const sdk = await loadSdk();
  if (sdk === undefined)
    return { why: 'no sdk', message: 'the package @aws-sdk/client-ec2 is not installed' };
  const first = clientOf(
    sdk,
    question,
    question.regions.find((name) => name !== 'all'),
    undefined,
  );
  const regions = await regionsOf(sdk, first, question);
  if (!Array.isArray(regions)) return regions;
  // One look for credentials, however many regions there are: it may be a call to a metadata service or a program.
  const { credentials } = first.config;
  return Promise.all(
    regions.map((region) => askRegion(sdk, clientOf(sdk, question, region, credentials), region, question)),
  );
}

async function loadSdk(): Promise<Sdk | undefined> {
  // Under an older Node it would say on every run, into every cron mail, that a later SDK will not run there.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  try {
    return await import('@aws-sdk/client-ec2');
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).endsWith('MODULE_NOT_FOUND'))
      return undefined;
    throw error;
  }
}

function clientOf(
  sdk: Sdk,
  { endpoint, retries }: Ec2Question,
  region: string | undefined,
  credentials: EC2ClientConfig['credentials'],
): EC2Client {
  return new sdk.EC2Client({
    maxAttempts: retries + 1,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
}

/** The names of the regions to ask, sorted, each once. */
async function regionsOf(sdk: Sdk, client: EC2Client, question: Ec2Question): Promise<string[] | Unasked> {
  const named = question.regions.filter((name) => name !== 'all');
  if (named.length === question.regions.length && named.length > 0) return [...new Set(named)].sort();
  let own: string | undefined;
  try {
    own = await client.config.region();
  } catch {
    // The environment and the profile name none.
  }
  if (question.regions.length === 0)
    return own === undefined
      ? { why: 'no region', message: 'no region is named, here or in the environment' }
      : [own];
  // Any region of a partition knows the others.
  const asked = own === undefined ? clientOf(sdk, question, 'us-east-1', client.config.credentials) : client;
  try {
    const { Regions: regions = [] } = await asked.send(new sdk.DescribeRegionsCommand({}), {
      abortSignal: AbortSignal.timeout(Math.ceil(question.seconds * 1000)),
    });
    const names = regions.flatMap(({ RegionName: name }) => (name === undefined ? [] : [name]));
    return [...new Set([...names, ...named])].sort();
  } catch (error) {
    return { why: 'failed', message: `the list of regions: ${wordsOf(error, question.seconds)}` };
  }
}

async function askRegion(
  sdk: Sdk,
  client: EC2Client,
  region: string,
  { seconds }: Ec2Question,
): Promise<RegionAnswer> {
  const pages: Json[] = [];
  const abortSignal = AbortSignal.timeout(Math.ceil(seconds * 1000));
  const tokens = new Set<string>();
  try {
    let token: string | undefined;
    do {
      const page = await client.send(
        new sdk.DescribeInstancesCommand({
          MaxResults: 1000,
          ...(token === undefined ? {} : { NextToken: token }),
        }),
        { abortSignal },
      );
      token = page.NextToken === '' ? undefined : page.NextToken;
      // As JSON, with what the SDK made of times made texts again; the token has been followed and says nothing any more.
      const json: Json = JSON.parse(JSON.stringify({ Reservations: page.Reservations ?? [] }));
      pages.push(json);
      if (token !== undefined && tokens.has(token))
        return { region, pages, failure: 'the answer turns in a circle: a NextToken came twice' };
      if (token !== undefined) tokens.add(token);
    } while (token !== undefined);
    return { region, pages, failure: '' };
  } catch (error) {
    return { region, pages, failure: wordsOf(error, seconds) };
  } finally {
    client.destroy();
  }
}

/** One clause of what the SDK threw. */
function wordsOf(error: unknown, seconds: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return `no answer within ${seconds} s`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  // A message may hold what a server made up.
  const message = error.message
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, 200);
  return message === '' || message === code ? code : `${code}: ${message}`;
}
