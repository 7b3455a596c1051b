// One run of a version's test.sh: in namespaces of its own for the network and the processes, in a folder of its own, with
// sockbridge by the name of socat. What comes out is a result for each test. The script is run as it is.

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { sources, type Version } from './fetch.ts';

/** CANT is a test that says it can't be done: a feature that -V has not got, a kernel module that is missing. */
export type Result = 'OK' | 'FAILED' | 'CANT';

export interface Finding {
  readonly number: number;
  readonly name: string;
  readonly result: Result;
  /** What the script printed for it. */
  readonly output: string;
  /** Seconds. */
  readonly took: number;
}

export interface SuiteOptions {
  readonly version: Version;
  readonly tests: readonly number[];
  /** Hears each finding as it comes. */
  readonly heard?: (finding: Finding) => void;
  /** A socat to judge instead of sockbridge. */
  readonly socat?: string;
}

/** A test that prints nothing for so long hangs; it has failed, and the next one is begun. In milliseconds. */
const HANGS = 600_000;

/** Runs tests by their numbers, in order. */
export async function runSuite({ version, tests, heard, socat }: SuiteOptions): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  let rest = [...tests].sort((a, b) => a - b);
  const say = (finding: Finding): void => {
    findings.push(finding);
    heard?.(finding);
  };
  while (rest.length > 0) {
    const before = findings.length;
    const hanging = await runOnce(version, rest, socat, say);
    const done = new Set(findings.slice(before).map(({ number }) => number));
    if (hanging !== undefined) say(hanging);
    if (findings.length === before) throw new Error(`test.sh of ${version} ran none of ${rest.join(' ')}`);
    const last = hanging?.number ?? Number.POSITIVE_INFINITY;
    rest = rest.filter((number) => number > last && !done.has(number));
  }
  return findings;
}

/** Runs the script once; gives the test that it was hanging in, if it had to be ended. */
async function runOnce(
  version: Version,
  tests: readonly number[],
  socat: string | undefined,
  say: (finding: Finding) => void,
): Promise<Finding | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-conf-'));
  try {
    const tree = join(folder, 's');
    cpSync(sources(version), tree, { recursive: true });
    const temporary = join(folder, 't');
    mkdirSync(temporary);
    const link = join(folder, 'socat');
    symlinkSync(socat ?? resolve('bin/sockbridge.js'), link);
    writeFileSync(join(tree, 'testcert.dh'), DH_PARAMETERS);
    return await watch(tree, tests, { TMPDIR: temporary, SOCAT: link }, say);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Parameters for Diffie-Hellman. The script would make its own, which takes minutes; these are a well-known group (RFC
 * 7919, ffdhe2048).
 */
const DH_PARAMETERS = `-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
`;

/**
 * What the script is run by: the loopback is up, ping(8) is allowed, no terminal colours the results, and descriptors that
 * whoever started all this has left open are closed, since some tests count those that a program gets. Its output is a
 * pipe that nobody can shut down for the others: Node's own would be a socket.
 */
const INSIDE = `ip link set lo up
sysctl -qw net.ipv4.ping_group_range='0 2147483647'
ulimit -n 1024
for number in $(ls /proc/self/fd); do
  [ "$number" -le 2 ] || eval "exec $number>&-"
done
bash ./test.sh "$@" 2>&1 | cat
`;

async function watch(
  tree: string,
  tests: readonly number[],
  variables: Readonly<Record<string, string>>,
  say: (finding: Finding) => void,
): Promise<Finding | undefined> {
  const child = spawn(
    'unshare',
    [
      '--net',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      'setsid',
      '--wait',
      'bash',
      '-c',
      INSIDE,
      'test.sh',
      ...tests.map(String),
    ],
    { cwd: tree, env: environment(variables), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const reader = new Reader(say);
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    child.kill('SIGKILL');
  }, HANGS);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('latin1').on('data', (text: string) => {
      timer.refresh();
      reader.add(text);
    });
  }
  await new Promise<void>((done, fail) => {
    child.on('error', fail);
    child.on('close', () => done());
  });
  clearTimeout(timer);
  return reader.end(hangs);
}

function environment(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG } = process.env;
  return {
    PATH: [PATH ?? '', '/usr/sbin', '/sbin'].join(delimiter),
    HOME,
    LANG,
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/bash',
    // The script looks for them in the wrong place.
    ...(existsSync('/usr/bin/filan') ? { FILAN: '/usr/bin/filan', PROCAN: '/usr/bin/procan' } : {}),
    ...variables,
  };
}

/** Makes findings of what the script prints: `test   7 NAME: what it is... `, then anything, its result at the last. */
class Reader {
  readonly #say: (finding: Finding) => void;
  #text = '';
  #since = performance.now();

  constructor(say: (finding: Finding) => void) {
    this.#say = say;
  }

  add(text: string): void {
    this.#text += text;
    // All but the last one have come to their end.
    const begins = [...this.#text.matchAll(/^test +\d+ /gm)].map(({ index }) => index);
    const last = begins.pop();
    if (last === undefined || begins.length === 0) return;
    for (const [at, begin] of begins.entries()) this.#report(this.#text.slice(begin, begins[at + 1] ?? last));
    this.#text = this.#text.slice(last);
  }

  /** The end of the output; where the script was ended by force, the test that it was in. */
  end(hangs: boolean): Finding | undefined {
    const last = this.#text.search(/^test +\d+ /m);
    if (last < 0) return undefined;
    const text = this.#text.slice(last).split(/^(?:summary|Summary):/m)[0] ?? '';
    const finding = this.#finding(text);
    if (finding === undefined) return undefined;
    if (hangs) return { ...finding, result: 'FAILED' };
    this.#say(finding);
    return undefined;
  }

  #report(text: string): void {
    const finding = this.#finding(text);
    if (finding !== undefined) this.#say(finding);
  }

  #finding(text: string): Finding | undefined {
    const found = /^test +(\d+) (\S+?):? /.exec(text);
    if (found === null) return undefined;
    const now = performance.now();
    const took = (now - this.#since) / 1000;
    this.#since = now;
    const [, number = '', name = ''] = found;
    return { number: Number(number), name, result: resultOf(text), output: text.trimEnd(), took };
  }
}

/**
 * The result of a test by what was printed for it. The script's words for it stand behind the dots; where a test failed,
 * its commands and their logs follow.
 */
export function resultOf(text: string): Result {
  const words = text.replace(/^test +\d+ /, '');
  if (/\bFAILED\b/.test(words)) return 'FAILED';
  if (/(?:^|[.\s])OK$/m.test(words)) return 'OK';
  return 'CANT';
}
