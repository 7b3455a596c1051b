// What bgpgen emits for BIRD and OpenBGPD, judged by the daemons themselves, and shown at work between two providers: the
// same behaviour as seen from outside that bgp.test.ts shows of FRR.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { bird as birdTarget } from '../../src/routing/targets/bird.ts';
import { openbgpd as openbgpdTarget } from '../../src/routing/targets/openbgpd.ts';
import type { RoutingTarget } from '../../src/routing/targets/version.ts';
import { type Bird, Lab, lacking, type OpenBgpd, type Ran, run, until } from '../routing/daemons.ts';
import { A, B, birdOf, example, OFFERS, type Offer, OWN4, OWN6 } from '../routing/providers.ts';
import { aSite, speakerIn } from '../routing/sites.ts';

const CASES = 'test/cases/routing';
const reason = lacking();
const skip = reason === undefined ? {} : { skip: reason };

/** A daemon whose own parser judges a file. */
interface Judge {
  readonly target: RoutingTarget;
  /** The version that the machine has, and the file that holds all. */
  readonly goldens: string;
  readonly file: string;
  readonly judge: (path: string) => Ran;
  readonly faults: readonly (readonly [string, string, string])[];
}

const JUDGES: readonly Judge[] = [
  {
    target: birdTarget,
    goldens: 'bird-2.0',
    file: 'bird.conf',
    judge: (path) => run('bird', '-p', '-c', path),
    faults: [
      ['a word that there is not', 'hold time', 'hold tyme'],
      ['a filter that there is not', "export filter 'transit-b-v4-out'", "export filter 'transit-c-v4-out'"],
      ['a session without a policy (RFC 8212)', "export filter 'transit-b-v4-out';", ''],
      ['a prefix that is not one', '198.51.100.0/24', '198.51.100.0/33'],
      ['a role of another name', 'local role customer', 'local role client'],
      ['what only newer ones know', 'password "lab-password";', 'authentication md5; password "x";'],
    ],
  },
  {
    target: openbgpdTarget,
    goldens: 'openbgpd-7.7',
    file: 'bgpd.conf',
    judge: (path) => run('bgpd', '-n', '-f', path),
    faults: [
      ['a word that there is not', 'holdtime', 'holdtyme'],
      ['a set that there is not', 'prefix-set "own-v4" large', 'prefix-set "own-v5" large'],
      ['a neighbour that there is not', 'allow quick to 192.0.2.5', 'allow quick to 192.0.2.9'],
      ['an address that is not one', '198.51.100.0/24', '198.51.100.300/24'],
      ['the role as newer ones write it', 'announce policy customer', 'role customer'],
      ['a property behind another one', '\tholdtime', '\tttl-security yes holdtime'],
    ],
  },
];

for (const { target, goldens, file, judge, faults } of JUDGES) {
  t.test(`${target.name} takes every golden and what is emitted at random, and no fault`, skip, async (t) => {
    const folder = t.testdir();
    let count = 0;
    for (const name of readdirSync(CASES).sort()) {
      const path = `${CASES}/${name}/${goldens}/${file}`;
      if (!existsSync(path)) continue;
      count++;
      const { status, out, err } = judge(path);
      t.strictSame([status, `${out}${err}`.replace('configuration OK\n', '')], [0, ''], path);
    }
    t.ok(count >= 8, `${count} goldens`);
    const seed = Date.now() & 0x7fffffff;
    for (const site of fc.sample(aSite, { numRuns: 25, seed })) {
      const path = join(folder, file);
      const files = target.emit(speakerIn(site), target.usual);
      writeFileSync(path, files.find((each) => each.path.endsWith(`/${file}`))?.text ?? '');
      const { status, out, err } = judge(path);
      t.equal(status, 0, `seed ${seed}\n${site}\n${out}${err}`);
    }
    const golden = readFileSync(`${CASES}/two-transits/${goldens}/${file}`, 'utf8');
    for (const [why, from, to] of faults) {
      t.ok(golden.includes(from), `${why}: the golden has what is spoilt`);
      const path = join(folder, file);
      writeFileSync(path, golden.replace(from, to));
      const { status, out, err } = judge(path);
      t.equal(status, 1, `${why}: ${out}${err}`);
    }
  });
}

/** A site's daemon at work, whichever it is. */
interface AtWork {
  /** The prefixes that it uses, of those that came from an address. */
  taken(address: string): string[];
  /** What it knows of one route. */
  shows(prefix: string): string;
  /** Puts another text in place; tells whether the daemon took it. */
  takes(text: string): boolean;
}

function birdAtWork(bird: Bird): AtWork {
  return {
    taken: (address) =>
      bird
        .routes(address.includes(':') ? "'transit-a-v6'" : "'transit-a-v4'")
        .filter((prefix) => prefix !== ''),
    shows: (prefix) => bird.ask('show', 'route', prefix, 'all'),
    takes: (text) => bird.takes(text),
  };
}

function openbgpdAtWork(daemon: OpenBgpd): AtWork {
  return {
    taken: (address) =>
      [...daemon.ask('show', 'rib', 'neighbor', address).matchAll(/\s([0-9a-f:.]+\/\d+)\s/g)]
        .map(([, prefix = '']) => prefix)
        .sort(),
    shows: (prefix) => daemon.ask('show', 'rib', 'detail', prefix),
    takes: (text) => daemon.reconfigure(text),
  };
}

const DAEMONS = [
  {
    name: 'bird',
    file: 'bird.conf',
    start: (lab: Lab, namespace: string, text: string): AtWork => birdAtWork(lab.bird(namespace, text)),
    preference: { last: /BGP\.local_pref: 0\n/, usual: /BGP\.local_pref: 100\n/ },
    marks: [/BGP\.community: \(64501,7\) \(64500,100\)\n/, /BGP\.large_community: \(64501, 1, 1\)\n/],
    /** Lines that the way out hangs on. */
    /** Every lock opened. */
    open: (text: string): string =>
      text
        .replaceAll('local role customer;', '')
        .replace("filter 'transit-b-v4-out' {", "filter 'transit-b-v4-out' {\naccept;")
        .replaceAll('export limit 3 action block;', ''),
    locks: /own-v4|own-origin|-v4-out|export|import|64500,100|bgp_path\.len|net ~|return|accept|reject|role/,
  },
  {
    name: 'openbgpd',
    file: 'bgpd.conf',
    start: (lab: Lab, namespace: string, text: string): AtWork =>
      openbgpdAtWork(lab.openbgpd(namespace, text)),
    preference: { last: /localpref 0,/, usual: /localpref 100,/ },
    marks: [/Communities: 64500:100 64501:7\n/, /Large Communities: 64501:1:1\n/],
    open: (text: string): string =>
      text
        .replaceAll('announce policy customer', '')
        .replace(
          'deny quick to 192.0.2.5 community',
          'allow quick to 192.0.2.5\ndeny quick to 192.0.2.5 community',
        )
        .replaceAll('max-prefix 3 out', ''),
    locks: /own-v4|^(deny|match|allow) .*(any|192\.0\.2)|network|policy/,
  },
] as const;

for (const { name, file, start, preference, marks, locks, open } of DAEMONS) {
  t.test(`the example between two providers, with ${name}`, skip, async (t) => {
    const lab = new Lab();
    t.teardown(() => lab.end());
    const [site, ta, tb] = [lab.namespace('site'), lab.namespace('a'), lab.namespace('b')];
    lab.wire(
      { namespace: site, name: 'eth1', addresses: ['192.0.2.2/30', '2001:db8:a::2/64'] },
      { namespace: ta, name: 'eth0', addresses: ['192.0.2.1/30', '2001:db8:a::1/64'] },
    );
    lab.wire(
      { namespace: site, name: 'eth2', addresses: ['192.0.2.6/30', '2001:db8:b::2/64'] },
      { namespace: tb, name: 'eth0', addresses: ['192.0.2.5/30', '2001:db8:b::1/64'] },
    );
    const a = lab.bird(ta, birdOf(A, OFFERS));
    const good: Offer = { prefix: '192.0.2.0/24', why: 'an ordinary route', taken: true };
    const b = lab.bird(tb, birdOf(B, [good]));
    const text = await example(name, file);
    const daemon = start(lab, site, text);
    const heard = (bird: Bird): string[] => [...bird.routes('site4'), ...bird.routes('site6')];
    const own = [...OWN4, ...OWN6];
    t.ok(
      await until(() => [a, b].every((bird) => heard(bird).length >= own.length), 30),
      'four sessions come up: with MD5 and a role to A, with GTSM to B, over IPv4 and IPv6',
    );
    const of = (family: 4 | 6): string[] =>
      OFFERS.filter((offer) => offer.taken && offer.prefix.includes(':') === (family === 6))
        .map(({ prefix }) => prefix)
        .sort();
    await until(
      () =>
        daemon.taken('192.0.2.1').length >= of(4).length &&
        daemon.taken('2001:db8:a::1').length >= of(6).length,
      20,
    );
    t.strictSame(heard(a), own, 'A hears exactly our two prefixes');
    t.strictSame(heard(b), own, 'and so does B');
    t.match(b.ask('show', 'route', 'all', 'protocol', 'site4'), /BGP\.as_path: 64500\n/, 'made by us');
    t.strictSame(daemon.taken('192.0.2.1'), of(4), 'exactly the good routes are taken over IPv4');
    t.strictSame(daemon.taken('2001:db8:a::1'), of(6), 'and over IPv6');
    const marked = daemon.shows('2001:db8:6010::/48');
    for (const mark of marks) t.match(marked, mark, 'our communities are scrubbed and set, others are kept');
    t.match(marked, preference.usual);
    t.match(daemon.shows('2001:db8:6011::/48'), preference.last, 'a session about to close is used last');

    const lines = text.split('\n');
    let tried = 0;
    for (const [index, line] of lines.entries()) {
      if (!locks.test(line) || line.trimStart().startsWith('#')) continue;
      if (!daemon.takes(lines.filter((_, at) => at !== index).join('\n'))) continue;
      tried++;
      await new Promise((resolve) => setTimeout(resolve, 300));
      t.strictSame(
        heard(b).filter((prefix) => !own.includes(prefix)),
        [],
        `nothing leaks without: ${line}`,
      );
    }
    t.ok(tried >= 10, `${tried} lines were lost one at a time`);
    t.ok(daemon.takes(text), 'with all of them back');
    t.ok(await until(() => heard(b).length === own.length, 30), 'ours are announced');
    t.ok(daemon.takes(open(text)), 'the judge bites: with every lock open');
    t.ok(await until(() => heard(b).includes('203.0.113.0/24'), 30), 'the same look at B sees a leak');
  });
}
