// Options of listeners that go by where a client comes from: what they are, how they need one another, the limits that they
// make. accept.ts follows them.

import type { Parties, World } from '../endpoint.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';
import { type ConnectionLimits, SOURCE_BITS4, SOURCE_BITS6 } from '../limits.ts';
import type { Token } from '../parse.ts';
import type { Greet, GreetOption } from './greeting.ts';

const PER_SOURCE_OPTIONS = ['max-per-source', 'max-rate-per-source', 'source-bits4', 'source-bits6'] as const;

/** The options that go by where a client comes from. */
export const SOURCE_OPTIONS = ['allow', 'deny', ...PER_SOURCE_OPTIONS] as const;

/** The options about clients who come through a proxy. */
export const GREETING_OPTIONS = ['accept-proxy', 'proxy-timeout'] as const;

export type SourceOption = (typeof SOURCE_OPTIONS)[number];

/** Options of every listener that say how many it serves. */
type CountOption = 'max-connections' | 'overflow' | 'max-rate';

/** Reports an option that makes sense with fork only. */
export function needFork(name: string, token: Token | undefined, forks: boolean, report: Report): void {
  if (token === undefined || forks) return;
  report('BRG010', token.span, `option ${name} not allowed without option fork`, {
    hint: 'without fork one connection is served and then no more',
  });
}

/** Reports options about sources that need one another. */
export function checkSources(given: Given<'fork' | SourceOption>, report: Report): void {
  const forks = given.flag('fork') === true;
  for (const name of PER_SOURCE_OPTIONS) needFork(name, given.token(name), forks, report);
  for (const [name, width] of [
    ['source-bits4', 32],
    ['source-bits6', 128],
  ] as const) {
    const token = given.token(name);
    if (token === undefined) continue;
    const bits = given.count(name) ?? 0;
    if (bits > width) report('BRG009', token.span, `option ${name}: ${bits} is over ${width}`);
    if (given.token('max-per-source') === undefined && given.token('max-rate-per-source') === undefined)
      report('BRG010', token.span, `option ${name} needs max-per-source or max-rate-per-source`);
  }
}

/** The same, and those about clients who come through a proxy. */
export function checkAdmit(
  given: Given<'fork' | SourceOption | GreetOption>,
  kind: 'inet' | 'unix' | undefined,
  report: Report,
): void {
  checkSources(given, report);
  const proxy = given.token('accept-proxy');
  const wait = given.token('proxy-timeout');
  if (wait !== undefined && proxy === undefined)
    report('BRG010', wait.span, 'option proxy-timeout needs accept-proxy');
  if (wait !== undefined && given.seconds('proxy-timeout') === 0)
    report('BRG009', wait.span, 'option proxy-timeout: no time at all');
  if (proxy !== undefined && kind !== undefined) trustFault(given, kind, report);
  if (kind !== 'unix' || proxy !== undefined) return;
  for (const name of SOURCE_OPTIONS) {
    const token = given.token(name);
    if (token === undefined) continue;
    report(
      'BRG010',
      token.span,
      `option ${name} needs accept-proxy: clients of a unix socket have no address`,
    );
  }
}

/** A list of those who are trusted is needed where a peer has an address, and says nothing where it has none. */
function trustFault(given: Given<GreetOption>, kind: 'inet' | 'unix', report: Report): void {
  const listed = given.sources('accept-proxy').length > 0;
  if (listed === (kind === 'inet')) return;
  report(
    'BRG010',
    given.token('accept-proxy')?.span,
    listed
      ? 'option accept-proxy: clients of a unix socket have no address'
      : 'option accept-proxy: whose headers are to be believed?',
    { hint: listed ? 'write accept-proxy alone' : 'write accept-proxy=10.0.0.5 or accept-proxy=10.0.0.0/8' },
  );
}

/** How many may come; undefined where there is no limit but max-children, which is socat's own. */
export function limitsOf(
  given: Given<CountOption>,
  sources: Given<SourceOption> | undefined,
): ConnectionLimits | undefined {
  const limits: ConnectionLimits = {
    most: given.count('max-connections'),
    rate: given.rate('max-rate'),
    overflow: given.overflow('overflow') ?? 'queue',
    perSource: sources?.count('max-per-source'),
    ratePerSource: sources?.rate('max-rate-per-source'),
    bits4: sources?.count('source-bits4') ?? SOURCE_BITS4,
    bits6: sources?.count('source-bits6') ?? SOURCE_BITS6,
  };
  const { most, rate, perSource, ratePerSource } = limits;
  const none = [most, rate, perSource, ratePerSource].every((limit) => limit === undefined);
  return none ? undefined : limits;
}

/** Why lists say that a client is refused; undefined where there are none. Throws OpenError where one can't be read. */
export async function listedClients(
  given: Given<SourceOption>,
  label: string,
  world: World,
): Promise<((parties: Parties | undefined) => string | undefined) | undefined> {
  const [allow, deny] = [given.sources('allow'), given.sources('deny')];
  if (allow.length + deny.length === 0) return undefined;
  const listed = (await import('./admission.ts')).admission(label, allow, deny, world);
  return (parties) => (parties === undefined ? 'its having gone' : listed(parties));
}

/** What option accept-proxy does with every connection; undefined without it. Throws OpenError. */
export async function greetClient(
  given: Given<GreetOption>,
  label: string,
  world: World,
): Promise<Greet | undefined> {
  if (given.token('accept-proxy') === undefined) return undefined;
  return (await import('./greeting.ts')).greeting(given, label, world);
}
