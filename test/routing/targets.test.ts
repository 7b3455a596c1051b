import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { Address, Prefix } from '../../src/address/index.ts';
import { runProgram } from '../../src/command/main.ts';
import { Source } from '../../src/document/source.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { program } from '../../src/programs/bgpgen.ts';
import { ROUTING_FAULTS } from '../../src/routing/faults.ts';
import { chooseTarget } from '../../src/routing/targets/choose.ts';
import { TARGETS } from '../../src/routing/targets/index.ts';
import type { RoutingTarget, Version } from '../../src/routing/targets/version.ts';
import { SITE_TARGETS } from '../../src/routing/targets/whole.ts';
import { faultsIn } from './quagga-grammar.ts';
import { aSite, speakerIn } from './sites.ts';
import { judge, judgeText, type Route } from './world.ts';

const CASES = 'test/cases/routing';
/** The targets whose text world.ts can judge; those of the others are judged by the daemons, in test/lab. */
const JUDGED = ['frr@8.4', 'quagga@1.2', 'quagga@0.99'] as const;
const NAMES = [...JUDGED, 'bird@2.0', 'bird@3.1', 'openbgpd@7.7', 'openbgpd@8.8'] as const;
const updating = process.env['PENSTOCK_UPDATE'] === '1';
if (updating && process.env['CI']) throw new Error('goldens are not rewritten in CI');

const cases = readdirSync(CASES).sort();

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  /** What was written, by the last part of its path. */
  readonly files: ReadonlyMap<string, { readonly mode: number; readonly text: string }>;
}

/** Runs bgpgen on a case, in a machine that has nothing but the case's own files. */
async function bgpgen(name: string, words: readonly string[]): Promise<Ended> {
  const host = new FakeHost();
  const folder = `${CASES}/${name}`;
  for (const file of readdirSync(folder, { withFileTypes: true })) {
    if (file.isFile()) host.file(`/site/${file.name}`, readFileSync(`${folder}/${file.name}`, 'utf8'));
  }
  const status = await runProgram(program, words, host);
  const files = new Map<string, { mode: number; text: string }>();
  for (const [path, { bytes, mode }] of host.files) {
    if (path.startsWith('/out/'))
      files.set(path.slice(path.lastIndexOf('/') + 1), { mode, text: new TextDecoder().decode(bytes) });
  }
  return { status, out: host.stdout, err: host.stderr.replaceAll('/site/', ''), files };
}

/** What a case has to say of itself in its first lines. */
function opening(name: string): { readonly sentence: string; readonly accept: readonly string[] } {
  const [first = '', second = ''] = readFileSync(`${CASES}/${name}/site.yaml`, 'utf8').split('\n');
  const [, codes = ''] = /^# accept: (.*)$/.exec(second) ?? [];
  return {
    sentence: first.replace(/^# /, ''),
    accept: codes
      .split(' ')
      .filter(Boolean)
      .flatMap((code) => ['--accept', code]),
  };
}

/** Compares with a golden, or writes it. */
function golden(t: Test, path: string, text: string): void {
  if (updating) {
    mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
    writeFileSync(path, text);
  }
  t.equal(text, existsSync(path) ? readFileSync(path, 'utf8') : '(there is no such golden)', path);
}

for (const name of cases) {
  const { sentence, accept } = opening(name);
  t.test(`${name}: ${sentence}`, async (t) => {
    t.match(sentence, /^[A-Z].{20,}\.$/, 'the case opens with a sentence');
    if (updating) {
      for (const file of readdirSync(`${CASES}/${name}`, { withFileTypes: true })) {
        if (file.isDirectory() && file.name !== 'whole')
          rmSync(`${CASES}/${name}/${file.name}`, { recursive: true });
      }
    }
    const checked = await bgpgen(name, ['check', '/site/site.yaml']);
    golden(t, `${CASES}/${name}/diagnostics.txt`, checked.err);
    t.equal(
      checked.status,
      checked.err.includes(': error[') ? 65 : 0,
      'the status tells whether there are errors',
    );
    t.equal(checked.out, '', 'check prints nothing else');
    for (const target of NAMES) {
      const folder = `${CASES}/${name}/${target.replace('@', '-')}`;
      const words = ['/site/site.yaml', '--target', target, '--out', '/out', ...accept];
      const router = /^ {2}r2:/m.test(readFileSync(`${CASES}/${name}/site.yaml`, 'utf8'))
        ? ['--router', 'r1']
        : [];
      const emitted = await bgpgen(name, ['emit', ...words, ...router]);
      // What check says of the site alone is in diagnostics.txt already.
      const own = emitted.err
        .split(/^(?=site\.yaml:\d+:\d+: (?:error|warning))/m)
        .filter((each) => /\[BGP1\d\d\]/.test(each))
        .join('');
      if (emitted.status !== 0)
        t.strictSame([...emitted.files], [], `${target}: refused, and nothing written`);
      if (own !== '') golden(t, `${folder}/${emitted.status === 0 ? 'losses' : 'refused'}.txt`, own);
      for (const [file, { mode, text }] of emitted.files) {
        golden(t, `${folder}/${file}`, text);
        if (text.includes('lab-password'))
          t.equal(mode & 0o007, 0, `${file} has a password, and nobody else may read it`);
        if (target.startsWith('quagga') && file.endsWith('.conf') && !file.startsWith('60-'))
          t.strictSame(
            faultsIn(text, target === 'quagga@1.2' ? '1.2' : '0.99'),
            [],
            `${file} is in Quagga's grammar`,
          );
      }
      const expected = existsSync(folder) ? readdirSync(folder).sort() : [];
      const made = [...emitted.files.keys()];
      if (own !== '') made.push(emitted.status === 0 ? 'losses.txt' : 'refused.txt');
      t.strictSame(made.sort(), expected, `${target}: as many files as goldens`);
    }
  });
}

/** Cases of which the targets of a whole site are shown, too. */
const WHOLE = ['roles', 'two-data-centers', 'split'];

for (const name of WHOLE) {
  t.test(`${name}, as a whole`, async (t) => {
    for (const { name: target } of SITE_TARGETS) {
      const words = ['emit', '/site/site.yaml', '--target', target, '--out', '/out', ...opening(name).accept];
      const { status, files } = await bgpgen(name, words);
      t.equal(status, 0, target);
      for (const [file, { text }] of files) golden(t, `${CASES}/${name}/whole/${file}`, text);
    }
  });
}

t.test('every diagnostic of the domain is seen in a case, or in the test of the program', async (t) => {
  const seen = new Set(['BGP017', 'BGP030']);
  // Those of registries' files are seen in registry.test.ts.
  for (const code of ['BGP045', 'BGP046', 'BGP047', 'BGP048', 'BGP049', 'BGP050', 'BGP051']) seen.add(code);
  const texts = readdirSync(CASES, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.txt'),
  );
  for (const file of texts)
    for (const [, code = ''] of readFileSync(`${CASES}/${file}`, 'utf8').matchAll(/\[(BGP\d+)\]/g))
      seen.add(code);
  t.strictSame([...seen].sort(), Object.keys(ROUTING_FAULTS).sort());
});

t.test("the table of Quagga's grammar bites", async (t) => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['an AS path list by its new name', '1.2', 'bgp as-path access-list x permit ^$'],
    ['a numbered AS path list', '1.2', 'ip as-path access-list x seq'],
    ['a numbered community list', '1.2', 'ip community-list standard x seq 5 permit 64500:1'],
    ['RFC 8212', '1.2', 'router bgp 1\n bgp ebgp-requires-policy'],
    ['a role', '1.2', 'router bgp 1\n neighbor 192.0.2.1 local-role customer'],
    ['a limit on what goes out', '1.2', 'router bgp 1\n neighbor 192.0.2.1 maximum-prefix-out 3'],
    ['a limit on what is received', '1.2', 'router bgp 1\n neighbor 192.0.2.1 maximum-prefix 10 90 force'],
    ['BFD', '1.2', 'router bgp 1\n neighbor 192.0.2.1 bfd'],
    ['first AS by neighbour', '1.2', 'router bgp 1\n neighbor 192.0.2.1 enforce-first-as'],
    ['a discard route by the name of FRR', '1.2', 'ipv6 route 2001:db8::/32 blackhole'],
    ['a named community', '1.2', 'ip community-list standard x permit blackhole'],
    ['ge not above the length', '1.2', 'ip prefix-list x seq 5 permit 10.0.0.0/8 ge 8 le 24'],
    ['host bits', '1.2', 'ip prefix-list x seq 5 permit 10.0.0.1/8'],
    ['a password of 81 bytes', '1.2', `router bgp 1\n neighbor 192.0.2.1 password ${'x'.repeat(81)}`],
    ['a family block of FRR', '1.2', 'router bgp 1\n address-family ipv4 unicast x'],
    ['a command of another place', '1.2', 'match as-path x'],
    ['GTSM', '0.99', 'router bgp 1\n neighbor 192.0.2.1 ttl-security hops 1'],
    ['a large community', '0.99', 'ip large-community-list standard x permit 1:2:3'],
    ['the next hop of IPv6 routes', '0.99', 'route-map x permit 10\n set ipv6 next-hop peer-address'],
    ['a line that does not fit the buffer', '0.99', `ip as-path access-list x permit ${'1'.repeat(500)}`],
  ];
  for (const [why, version, text] of rows)
    t.equal(faultsIn(text, version === '0.99' ? '0.99' : '1.2').length, 1, why);
  for (const file of ['frr-8.4/frr.conf'])
    t.ok(
      faultsIn(readFileSync(`${CASES}/two-transits/${file}`, 'utf8'), '1.2').length > 20,
      "FRR's is not Quagga's",
    );
});

const aRoute = fc.record<Route>({
  prefix: fc
    .tuple(
      fc.constantFrom(
        '0.0.0.0',
        '8.8.8.8',
        '9.1.1.1',
        '10.0.0.1',
        '198.51.100.1',
        '1.2.3.4',
        '::',
        '2a00:1450::1',
        '2001:db8:1234::1',
        'fd00::1',
      ),
      fc.integer({ min: 0, max: 128 }),
    )
    .map(([text, length]) => {
      const address = Address.parse(text);
      return Prefix.of(address, address.family === 4 ? length % 33 : length);
    }),
  path: fc.oneof(
    fc.array(fc.constantFrom(64501, 3356, 0, 23456, 234567, 64512, 65534, 65551, 131071, 4200000000), {
      maxLength: 4,
    }),
    fc.constantFrom(64, 65).map((count) => Array<number>(count).fill(3356)),
  ),
  set: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.constant([3356, 174]) },
  ),
  communities: fc.subarray([
    '64500:1',
    '64500:100',
    '3333:100',
    '65535:0',
    '65535:666',
    '131072:0:100',
    '3333:1:1',
    '3356:1:1',
    '65535:7',
  ]),
});

function chosen(name: string): { target: RoutingTarget; version: Version } {
  const found = chooseTarget(name, new Source('-', name).all());
  if ('problem' in found) throw new Error(found.problem.message);
  return found;
}

t.test("the text of Zebra's daughters says what the policy says, for any site and any route", async (t) => {
  let judged = 0;
  for (const name of JUDGED) {
    const { target, version } = chosen(name);
    fc.assert(
      fc.property(aSite, fc.array(aRoute, { minLength: 5, maxLength: 20 }), (text, routes) => {
        const speaker = speakerIn(text);
        const artifacts = target.emit(speaker, version);
        t.strictSame(target.emit(speaker, version), artifacts);
        const written = artifacts.map((each) => each.text).join('\n');
        if (name !== 'frr@8.4') {
          for (const { path, text: file } of artifacts)
            if (/zebra|bgpd|vtysh/.test(path))
              t.strictSame(faultsIn(file, name === 'quagga@1.2' ? '1.2' : '0.99'), [], file);
        }
        for (const { name: map, family } of speaker.policy.routeMaps) {
          for (const route of routes) {
            if (route.prefix.family !== family) continue;
            const meant = judge(speaker.policy, map, route);
            const said = judgeText(written, map, route);
            judged++;
            // What the oldest Quagga has no large communities for, and what FRR refuses AS_SETs by, is not in the lists.
            if (name === 'frr@8.4' && route.set.length > 0 && map.endsWith('in')) continue;
            if (name === 'quagga@0.99')
              t.equal(said?.preference, meant?.preference, `${map} ${route.prefix.toString()}`);
            else
              t.strictSame(
                said,
                meant,
                `${name} ${map} ${route.prefix.toString()} ${route.path.join(' ')}\n${text}`,
              );
          }
        }
      }),
      { numRuns: 60 },
    );
  }
  t.ok(judged > 1000, `${judged} verdicts`);
});

t.test('an empty prefix list refuses everything, in every target', async (t) => {
  const text =
    'lab: true\nas: 64500\nprefixes: []\nrouters: { r1: { router-id: 192.0.2.1 } }\nneighbors:\n  a: { role: transit, router: r1, as: 64501, addresses: [192.0.2.9, 2001:db8::9], max-prefix: { ipv4: 9, ipv6: 9 } }\n';
  for (const target of TARGETS) {
    const written = target
      .emit(speakerIn(text), target.usual)
      .map((each) => each.text)
      .join('\n');
    if (target.name === 'bird') {
      t.match(
        written,
        "function 'own-v4'() {\n    # nothing else\n    return false;\n  }".replaceAll('\n  ', '\n'),
      );
      continue;
    }
    if (target.name === 'openbgpd') {
      t.match(written, 'prefix-set "own-v4" { }\n');
      t.match(written, /^allow quick to 192\.0\.2\.9 prefix-set "own-v4" /m);
      continue;
    }
    for (const [prefix, map] of [
      ['0.0.0.0/0', 'a-v4-out'],
      ['198.51.100.0/24', 'a-v4-out'],
      ['2001:db8:1234::/48', 'a-v6-out'],
    ] as const)
      t.equal(
        judgeText(written, map, { prefix: Prefix.parse(prefix), path: [], set: [], communities: [] }),
        undefined,
        `${target.name}: ${prefix}`,
      );
    const own = written
      .split('\n')
      .filter(
        (line) => /prefix-list own-v/.test(line) && !line.includes('neighbor') && !line.includes('match'),
      );
    t.strictSame(
      own.map((line) => line.trim()),
      ['ip prefix-list own-v4 seq 5 deny 0.0.0.0/0 le 32', 'ipv6 prefix-list own-v6 seq 5 deny ::/0 le 128'],
      `${target.name}: the list is there, and refuses in words (one without lines would let all pass)`,
    );
  }
});

t.test('targets by name and version', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['frr', 'frr 8.4'],
    ['frr@8.4', 'frr 8.4'],
    ['frr@8.4.4', 'frr 8.4'],
    ['frr@10', 'frr 10.0'],
    ['frr@10.3', 'frr 10.3'],
    ['quagga', 'quagga 1.2'],
    ['quagga@0.99.15', 'quagga 0.99'],
    ['frr@8.3', "frr 8.3 can't be emitted for (frr is written for 8.4 to 10)"],
    ['frr@11', "frr 11 can't be emitted for (frr is written for 8.4 to 10)"],
    ['quagga@1.1', "quagga 1.1 can't be emitted for (quagga is written for 0.99 and 1.2)"],
    ['frr@', '"" is no version (frr is written for 8.4 to 10)'],
    ['frr@new', '"new" is no version (frr is written for 8.4 to 10)'],
    ['bird', 'bird 2.0'],
    ['bird@3.1.7', 'bird 3.1'],
    ['openbgpd@8.8', 'openbgpd 8.8'],
    ['openbgpd@7.6', "openbgpd 7.6 can't be emitted for (openbgpd is written for 7.7 to 8)"],
    ['fr', '"fr" is no daemon that can be emitted for (did you mean frr?)'],
    ['cisco', '"cisco" is no daemon that can be emitted for (one of quagga, frr, bird, openbgpd)'],
    ['', '"" is no daemon that can be emitted for (one of quagga, frr, bird, openbgpd)'],
  ];
  for (const [text, expected] of rows) {
    const found = chooseTarget(text, new Source('--target', text).all());
    t.equal(
      'problem' in found
        ? `${found.problem.message} (${found.problem.hint})`
        : `${found.target.name} ${found.version.major}.${found.version.minor}`,
      expected,
    );
  }
});
