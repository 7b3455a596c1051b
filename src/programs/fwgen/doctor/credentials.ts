// Where the SDK would find credentials, in its own order, and until when they hold: environment, profile, web identity,
// container, instance. They are looked for, not used, and never shown.

import { createHash } from 'node:crypto';
import type { Host } from '../../../host/host.ts';
import type { Finding, Variables } from './check.ts';
import { type AwsFiles, type Section, textOf } from './files.ts';
import type { Metadata } from './metadata.ts';

/** Less than this is not enough for a long run. */
const SOON = 5 * 60_000;

interface Sources {
  readonly variables: Variables;
  readonly files: AwsFiles;
  readonly metadata: Metadata;
  readonly host: Host;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function checkCredentials(sources: Sources): Finding {
  const { variables, files } = sources;
  const id = variables('AWS_ACCESS_KEY_ID');
  const secret = variables('AWS_SECRET_ACCESS_KEY');
  const profile = variables('AWS_PROFILE');
  if (profile === undefined && (id === undefined) !== (secret === undefined))
    return fail(
      id === undefined
        ? 'AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not'
        : 'AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not',
      'set both, or neither',
    );
  if (profile === undefined && id !== undefined)
    return held(
      'from the environment',
      variables('AWS_CREDENTIAL_EXPIRATION') ?? '',
      variables('AWS_SESSION_TOKEN') !== undefined,
      sources.now,
      'get new ones where these came from',
    );
  const section = files.profiles.get(profile ?? 'default');
  if (profile !== undefined && section === undefined)
    return fail(
      `AWS_PROFILE is ${JSON.stringify(profile)}, and there is no such profile`,
      files.profiles.size === 0
        ? 'aws configure writes one'
        : `there are: ${[...files.profiles.keys()].sort().join(', ')}`,
    );
  if (section !== undefined) {
    const found = ofProfile(profile ?? 'default', section, sources);
    if (found !== undefined) return found;
  }
  return elsewhere(sources);
}

function ofProfile(name: string, section: Section, sources: Sources): Finding | undefined {
  const { files, host, now, variables } = sources;
  const where = `from the profile ${JSON.stringify(name)}`;
  const session = files.sessions.get(section.get('sso_session') ?? '');
  const start = session?.get('sso_start_url') ?? section.get('sso_start_url');
  if (section.has('sso_account_id') || start !== undefined) {
    // The SDK keeps the sign-in under the hash of the session's name, or of the address where there is none.
    const key = createHash('sha1')
      .update(section.get('sso_session') ?? start ?? '')
      .digest('hex');
    const cache = textOf(`${variables('HOME') ?? ''}/.aws/sso/cache/${key}.json`, host, []);
    const expires = /"expiresAt"\s*:\s*"([^"]{10,40})"/.exec(cache)?.[1];
    const fix = `aws sso login --profile ${name}`;
    if (expires === undefined) return fail(`${where}, which signs in by SSO: nobody has signed in`, fix);
    return held(`${where}, by SSO`, expires, true, now, fix);
  }
  if (section.has('credential_process')) return ok(`${where}, by its credential_process, which was not run`);
  if (section.has('role_arn'))
    return ok(
      `${where}: a role by ${section.has('source_profile') ? `the profile ${section.get('source_profile')}` : (section.get('credential_source') ?? 'its web identity')}`,
    );
  if (!section.has('aws_access_key_id')) return undefined;
  if (!section.has('aws_secret_access_key'))
    return fail(`${where}: aws_access_key_id without aws_secret_access_key`, 'aws configure asks for both');
  const found = held(
    where,
    section.get('expiration') ?? section.get('aws_expiration') ?? '',
    section.has('aws_session_token'),
    now,
    'get new ones where these came from',
  );
  if (found.status === 'ok' && files.open)
    return {
      ...found,
      status: 'warn',
      message: `${found.message}; others can read ${files.credentialsPath}`,
      fix: `chmod 600 ${files.credentialsPath}`,
    };
  return found;
}

/** What comes behind environment and files. */
function elsewhere({ variables, metadata, host, now, files }: Sources): Finding {
  const identity = variables('AWS_WEB_IDENTITY_TOKEN_FILE');
  if (identity !== undefined) {
    if (variables('AWS_ROLE_ARN') === undefined)
      return fail('AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not', 'set both: they go together');
    const troubles: string[] = [];
    if (textOf(identity, host, troubles) === '')
      return fail(
        `the web identity's file can't be read: ${troubles[0] ?? `${identity} is not there, or empty`}`,
        "the pod's service account mounts it",
      );
    return ok('from a web identity, for the role of AWS_ROLE_ARN');
  }
  if (
    variables('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI') !== undefined ||
    variables('AWS_CONTAINER_CREDENTIALS_FULL_URI') !== undefined
  )
    return ok("from the container's own service");
  if (metadata.role !== '')
    return held(
      `from the instance, for the role ${metadata.role}`,
      metadata.expires,
      true,
      now,
      'the instance renews them by itself: look at its clock, then at the role',
    );
  const trouble = files.troubles[0] === undefined ? '' : `; ${files.troubles[0]}`;
  return fail(
    `${metadata.reached ? 'none in environment and files, and the instance has no role' : 'none in environment, files or instance'}${trouble}`,
    metadata.reached
      ? 'attach a role that may ec2:DescribeInstances, or run aws configure'
      : 'run aws configure or aws sso login; on an instance, see metadata above',
  );
}

function held(where: string, expires: string, temporary: boolean, now: number, fix: string): Finding {
  const at = Date.parse(expires);
  if (Number.isNaN(at)) return ok(temporary ? `${where}, temporary; they don't say until when` : where);
  const left = at - now;
  if (left <= 0) return fail(`${where}: they ran out ${ago(-left)} ago`, fix);
  const message = `${where}, for another ${ago(left)}`;
  return left < SOON ? { check: 'credentials', status: 'warn', message, fix } : ok(message);
}

/** A time as a person says it. */
function ago(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return `${Math.floor(milliseconds / 1000)} s`;
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
}

function ok(message: string): Finding {
  return { check: 'credentials', status: 'ok', message };
}

function fail(message: string, fix: string): Finding {
  return { check: 'credentials', status: 'fail', message, fix };
}
