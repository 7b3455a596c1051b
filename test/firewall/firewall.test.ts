import fc from 'fast-check';
import t from 'tap';
import { Address, AddressSet, Prefix } from '../../src/address/index.ts';
import type { Diagnostic } from '../../src/document/diagnostic.ts';
import { Source } from '../../src/document/source.ts';
import { check } from '../../src/firewall/check.ts';
import { cutBytes, plainText } from '../../src/firewall/comment.ts';
import { evaluate, type Packet } from '../../src/firewall/evaluate.ts';
import { expand } from '../../src/firewall/expand.ts';
import { nonEmpty, type Ruleset } from '../../src/firewall/model.ts';
import { readTable } from '../../src/firewall/nft-table.ts';
import { policyOf, readServices } from '../../src/firewall/parse.ts';
import { targets } from '../../src/firewall/targets/index.ts';
import type { EmitOptions } from '../../src/firewall/targets/options.ts';
import { commentText } from '../../src/firewall/targets/xtables.ts';
import type { Host } from '../../src/inventory/model.ts';
import { HOSTILE } from './hostile.ts';
import { type Asked, expanded, host, packet, spanned } from './sample.ts';
import { ipsets, nft, restore, shell } from './simulate.ts';

/** `FW001 4 message` */
function said(diagnostic: Diagnostic): string {
  return `${diagnostic.code} ${diagnostic.span?.start ?? ''} ${diagnostic.message}`;
}

t.test('ports and protocols', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['22', 'tcp 22'],
    ['22,80,3690,4949,8140', 'tcp 22,80,3690,4949,8140'],
    ['8140/tcp,53/udp,80', 'tcp 80,8140; udp 53'],
    ['8000-8010,8005,8011', 'tcp 8000-8011'],
    ['5000-5001/sctp,53/udp,53', 'tcp 53; udp 53; sctp 5000-5001'],
    ['22,22/tcp', 'tcp 22'],
    ['1-65535', 'tcp 1-65535'],
  ];
  for (const [text, expected] of rows) {
    const services = readServices(spanned('--ports', text));
    if ('code' in services) throw new Error(services.message);
    const told = services.map(({ protocol, ports }) => {
      const list = ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
      return `${protocol} ${list.join(',')}`;
    });
    t.equal(told.join('; '), expected, text);
  }
  const wrong: readonly (readonly [string, number, RegExp | undefined])[] = [
    ['', 0, undefined],
    ['22,', 3, undefined],
    ['22,,80', 3, undefined],
    ['22,65536', 3, undefined],
    ['0', 0, undefined],
    ['ssh', 0, undefined],
    ['22, 80', 3, undefined],
    ['8010-8000', 5, undefined],
    ['22/tpc', 3, /did you mean tcp\?/],
    ['22/icmp', 3, /one of tcp, udp, sctp/],
    ['22/', 3, /one of/],
    ['80,22/TCP', 6, /did you mean tcp\?/],
  ];
  for (const [text, at, hint] of wrong) {
    const fault = readServices(spanned('--ports', text));
    if (!('code' in fault)) throw new Error(`${text} was taken`);
    t.strictSame([fault.code, fault.span?.start], ['FW001', at], text);
    if (hint !== undefined) t.match(fault.hint, hint, text);
  }
});

function policyWith(chain: string): ReturnType<typeof policyOf> {
  return policyOf({
    ports: spanned('--ports', '22'),
    chain: spanned('--chain', chain),
    hook: 'input',
    others: 'return',
    families: [4],
    select: [],
    scope: 'public',
  });
}

t.test('names of chains', async (t) => {
  for (const name of ['PENSTOCK', 'a', 'cloud-hosts', 'A_b.c-9', 'INPUT', 'x'.repeat(22)])
    t.notOk('code' in policyWith(name), name);
  const rows: readonly (readonly [string, string])[] = [
    ['', 'FW002 0 the name of the chain is empty'],
    ['-A', 'FW002 0 the name of a chain begins with a letter'],
    ['9lives', 'FW002 0 the name of a chain begins with a letter'],
    ['a b', 'FW002 1 a character that the name of a chain cannot have'],
    ['a\nCOMMIT', 'FW002 1 a character that the name of a chain cannot have'],
    ['a;b', 'FW002 1 a character that the name of a chain cannot have'],
    ['größe', 'FW002 2 a character that the name of a chain cannot have'],
    ['x'.repeat(23), 'FW002 22 a name of 23 bytes, and 22 is the most'],
    ['ACCEPT', 'FW002 0 ACCEPT is the name of a target'],
    ['REJECT', 'FW002 0 REJECT is the name of a target'],
  ];
  for (const [name, expected] of rows) {
    const fault = policyWith(name);
    t.equal('code' in fault ? said(fault) : '', expected, JSON.stringify(name));
  }
});

t.test('tables of nftables', async (t) => {
  for (const [text, family, name] of [
    ['inet filter', 'inet', 'filter'],
    ['filter', 'inet', 'filter'],
    ['ip6 my_table', 'ip6', 'my_table'],
    ['ip x', 'ip', 'x'],
  ] as const)
    t.strictSame(readTable(new Source('--table', text)), { family, name }, text);
  for (const [text, expected, hint] of [
    ['arp x', 'FW010 0 "arp" is no family of tables that filters by address', 'one of inet, ip, ip6'],
    ['ine x', 'FW010 0 "ine" is no family of tables that filters by address', 'did you mean inet?'],
    ['inet', '', ''],
    ['', 'FW010 0 "" does not name a table', 'write FAMILY NAME'],
    ['inet a b', 'FW010 0 "inet a b" does not name a table', 'write FAMILY NAME'],
    ['inet a;b', 'FW010 0 "inet a;b" does not name a table', 'write FAMILY NAME'],
    ['inet ', 'FW010 0 "inet " does not name a table', 'write FAMILY NAME'],
    ['a\nb', 'FW010 0 "a\\nb" does not name a table', 'write FAMILY NAME'],
  ] as const) {
    const read = readTable(new Source('--table', text));
    t.equal('code' in read ? said(read) : '', expected, JSON.stringify(text));
    if (hint !== '') t.match('code' in read ? read.hint : '', hint);
  }
});

/** `4: 192.0.2.0/28 [EC2 - a|EC2 - b]` for each member. */
function members(ruleset: Ruleset): readonly string[] {
  return ruleset.families.flatMap(({ family, rules }) =>
    rules.flatMap(({ from }) =>
      from === 'any'
        ? []
        : from.members.map(({ prefix, names }) => `${family}: ${prefix} [${names.join('|')}]`),
    ),
  );
}

t.test('hosts become members: each address once, nested ones in the outer, named after all', async (t) => {
  const hosts = [
    host('b', '192.0.2.1', '192.0.2.16/28'),
    host('a', '192.0.2.1', '2001:db8::/64'),
    host('c', '192.0.2.17', '192.0.2.16/30', '2001:db8::1'),
    host('b', '192.0.2.1'),
    host('d', '192.0.2.32/28', '192.0.2.48/28'),
  ];
  const { ruleset, diagnostics } = expanded(hosts);
  t.strictSame(diagnostics, []);
  t.strictSame(members(ruleset), [
    '4: 192.0.2.1/32 [EC2 - a|EC2 - b]',
    '4: 192.0.2.16/28 [EC2 - b|EC2 - c]',
    '4: 192.0.2.32/28 [EC2 - d]',
    '4: 192.0.2.48/28 [EC2 - d]',
    '6: 2001:db8::/64 [EC2 - a|EC2 - c]',
  ]);
  t.strictSame(
    members(expanded([...hosts].reverse()).ruleset),
    members(ruleset),
    'in whatever order they come',
  );
});

t.test('a set that is empty makes no rule, and is warned of where it is so in every family', async (t) => {
  const stopped: Host = { ...host('a', '192.0.2.1'), state: 'stopped' };
  const inside = host('b');
  const rows: readonly (readonly [string, readonly Host[], Asked, string, string])[] = [
    ['no hosts', [], {}, '', 'FW003  nobody is let in: the inventory has no hosts'],
    [
      'none selected',
      [stopped],
      {},
      '',
      'FW003  nobody is let in: none of the 1 hosts of the inventory is selected',
    ],
    [
      'no address',
      [inside],
      {},
      '',
      'FW003  nobody is let in: none of the 1 selected hosts has a public IPv4 or IPv6 address',
    ],
    [
      'not of the family',
      [host('a', '192.0.2.1')],
      { families: [6] },
      '',
      'FW003  nobody is let in: none of the 1 selected hosts has a public IPv6 address',
    ],
    ['of one family', [host('a', '192.0.2.1')], {}, '4: accept hosts', ''],
    [
      'the others dropped all the same',
      [],
      { others: 'drop' },
      '4: drop any, 6: drop any',
      'FW003  nobody is let in: the inventory has no hosts',
    ],
  ];
  for (const [why, hosts, asked, rules, warning] of rows) {
    const { ruleset, diagnostics } = expanded(hosts, asked);
    const told = ruleset.families.flatMap(({ family, rules: list }) =>
      list.map(({ from, action }) => `${family}: ${action} ${from === 'any' ? 'any' : from.name}`),
    );
    t.equal(told.join(', '), rules, why);
    t.equal(diagnostics.map(said).join(), warning, why);
    t.strictSame(
      ruleset.setNames,
      ['hosts'],
      'the set is known all the same, for what it held before must go',
    );
  }
  const policy = policyWith('X');
  if ('code' in policy) throw new Error(policy.message);
  const nothing = { hosts: [], inventories: new Map(), lists: new Map() };
  t.throws(() => expand({ ...policy, sets: [] }, nothing, 0), RangeError, 'a set that nothing is said of');
  t.equal(nonEmpty([]), undefined);
});

t.test('what could be loaded and is wrong', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['0.0.0.0/0', 'FW004  0.0.0.0/0 (EC2 - a) is no host, but a good part of IPv4'],
    ['128.0.0.0/1', 'FW004  128.0.0.0/1 (EC2 - a) is no host, but a good part of IPv4'],
    ['::/0', 'FW004  ::/0 (EC2 - a) is no host, but a good part of IPv6'],
    ['2000::/3', 'FW004  2000::/3 (EC2 - a) is no host, but a good part of IPv6'],
    [
      '0.0.0.0',
      'FW005  no packet comes from 0.0.0.0 (EC2 - a): addresses of "this network" (RFC 1122 section 3.2.1.3)',
    ],
    ['::', 'FW005  no packet comes from :: (EC2 - a): the unspecified address (RFC 4291 section 2.5.2)'],
    [
      '224.0.0.1',
      'FW005  no packet comes from 224.0.0.1 (EC2 - a): multicast addresses (RFC 1122 section 3.2.1.3)',
    ],
    ['ff02::1', 'FW005  no packet comes from ff02::1 (EC2 - a): multicast addresses (RFC 4291 section 2.7)'],
    [
      '255.255.255.255',
      'FW005  no packet comes from 255.255.255.255 (EC2 - a): reserved addresses (RFC 1112 section 4)',
    ],
    ['10.0.0.0/8', ''],
    ['192.0.2.1', ''],
    ['2001:db8::1', ''],
  ];
  for (const [text, expected] of rows) {
    const { ruleset } = expanded([host('a', text)], { others: 'drop' });
    t.equal(check(ruleset).map(said).join(), expected, text);
  }
  const two = expanded([host('a', '0.0.0.0'), host('b', '0.0.0.0'), host('c', '0.0.0.0')]);
  t.match(check(two.ruleset).map(said).join(), /0\.0\.0\.0 \(EC2 - a and 2 more\)/);
  const many = check(expanded([host('a', ...Array.from({ length: 25 }, (_, n) => `224.0.0.${n}`))]).ruleset);
  t.strictSame(
    [many.length, many.at(-1)?.message],
    [21, '5 more like these'],
    'and not a thousand of a kind',
  );
});

t.test('names as text', async (t) => {
  for (const [why, name] of HOSTILE) {
    const text = plainText([name, name]);
    t.notMatch(text, /[\p{C}\u2028\u2029]| {2}/u, why);
    for (const most of [127, 128, 255]) {
      const cut = cutBytes(text, most);
      t.ok(Buffer.byteLength(cut) <= most && text.startsWith(cut), `${why}, in ${most} bytes`);
      // Only blanks and what did not fit are gone.
      const next = [...text.slice(cut.length).trimStart()][0] ?? '';
      t.ok(
        cut === text ||
          Buffer.byteLength(text.slice(0, text.indexOf(next, cut.length))) + Buffer.byteLength(next) > most,
        why,
      );
    }
    t.notMatch(commentText([name]), /["\\\n]/, why);
  }
  t.equal(
    plainText(['EC2 - Größe', 'EC2 - 東京 🚰']),
    'EC2 - Größe, EC2 - 東京 🚰',
    'what can be seen stays',
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat({ max: 40 }), (text, most) => {
      const cut = cutBytes(text, most);
      const longer = [...text.slice(cut.length)];
      t.ok(text.startsWith(cut) && Buffer.byteLength(cut) <= most);
      const [next] = longer;
      if (next !== undefined && !/\s$/.test(text.slice(0, cut.length + 1)))
        t.ok(Buffer.byteLength(cut) + Buffer.byteLength(next) > most, 'not one character less than fits');
    }),
  );
});

const ALONE: EmitOptions = { together: false, table: { family: 'inet', name: 'filter' } };
const TOGETHER: EmitOptions = { ...ALONE, together: true };
const OWN: EmitOptions = { ...ALONE, table: undefined };

function refusals(name: string, asked: Asked, options: EmitOptions): string {
  const target = targets.find((each) => each.name === name);
  const { ruleset } = expanded([host('a', '192.0.2.1')], asked);
  return (
    target
      ?.refuse(ruleset, options)
      .map(({ code }) => code)
      .join() ?? 'no such target'
  );
}

t.test('what a target cannot express it refuses by name', async (t) => {
  const ip: EmitOptions = { ...ALONE, table: { family: 'ip', name: 'filter' } };
  const ip6: EmitOptions = { ...ALONE, table: { family: 'ip6', name: 'filter' } };
  const rows: readonly (readonly [string, string, Asked, EmitOptions, string])[] = [
    ['an own chain', 'iptables', {}, ALONE, ''],
    ['a built-in chain', 'iptables', { chain: 'INPUT' }, ALONE, 'FW006'],
    ['a built-in chain', 'nftables', { chain: 'FORWARD' }, ALONE, 'FW006'],
    ['a built-in chain, only added to', 'commands', { chain: 'INPUT' }, ALONE, ''],
    ['a chain in lower case', 'iptables', { chain: 'cloud' }, ALONE, ''],
    ['a chain in lower case', 'nftables', { chain: 'tcp' }, ALONE, 'FW009'],
    ['an underscore is in no word of nft', 'nftables', { chain: 'tcp_' }, ALONE, ''],
    ['a table of its own that drops nothing', 'nftables', {}, OWN, 'FW007'],
    ['a table of its own', 'nftables', { others: 'drop' }, OWN, ''],
    ['a table of one family', 'nftables', {}, ip, 'FW008'],
    ['a table of the other family', 'nftables', { families: [4] }, ip6, 'FW008'],
    ['a table of the family', 'nftables', { families: [6] }, ip6, ''],
    ['all at once', 'nftables', { chain: 'drop' }, { ...OWN }, 'FW009,FW007'],
  ];
  for (const [why, name, asked, options, expected] of rows)
    t.equal(refusals(name, asked, options), expected, `${name}: ${why}`);
});

const port = fc.integer({ min: 1, max: 40 });
const item = fc.oneof(
  port.map(String),
  fc.tuple(port, port).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
);
const ports = fc
  .array(fc.tuple(item, fc.constantFrom('', '/tcp', '/udp', '/sctp')), { minLength: 1, maxLength: 24 })
  .map((items) => items.map(([text, protocol]) => text + protocol).join(','));
const block = fc.oneof(
  fc
    .tuple(fc.nat({ max: 63 }), fc.constantFrom(32, 32, 30, 28))
    .map(([n, length]) => `${Prefix.of(Address.parse(`192.0.2.${n}`), length)}`),
  fc
    .tuple(fc.nat({ max: 63 }), fc.constantFrom(128, 128, 126, 124))
    .map(([n, length]) => `${Prefix.of(Address.parse(`2001:db8::${n.toString(16)}`), length)}`),
);
const someHosts = fc
  .array(
    fc.tuple(fc.constantFrom(...HOSTILE.map(([, name]) => name), 'web-1'), fc.array(block, { maxLength: 3 })),
    { maxLength: 8 },
  )
  .map((list) => list.map(([name, blocks]) => host(name, ...blocks)));
const somePacket = fc
  .tuple(
    fc.oneof(
      fc.nat({ max: 63 }).map((n) => Address.parse(`192.0.2.${n}`)),
      fc.nat({ max: 63 }).map((n) => Address.parse(`2001:db8::${n.toString(16)}`)),
    ),
    fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
    fc.integer({ min: 1, max: 42 }),
  )
  .map(([source, protocol, to]) => packet(source, protocol, to));

t.test(
  'the model, and every text of every target, give each packet the verdict that was asked for',
  async (t) => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(
        ports,
        someHosts,
        fc.constantFrom('return' as const, 'drop' as const),
        fc.constantFrom([4, 6] as const, [4] as const, [6] as const),
        fc.array(somePacket, { minLength: 20, maxLength: 20 }),
        (list, hosts, others, families, packets) => {
          const { ruleset } = expanded(hosts, { ports: list, others, families });
          const text = (name: string, options: EmitOptions): string => {
            const target = targets.find((each) => each.name === name);
            return (
              target
                ?.emit(ruleset, options)
                .map((artifact) => artifact.text)
                .join('') ?? ''
            );
          };
          const together = text('iptables', TOGETHER);
          const commands = text('commands', ALONE);
          const site = text('nftables', ALONE);
          const own = text('nftables', OWN);
          const inside = AddressSet.of(
            ...hosts.flatMap(({ addresses }) => addresses.map(({ prefix }) => prefix)),
          );
          for (const each of packets) {
            // The plain meaning of the flags.
            const to = list.split(',').some((entry) => {
              const [range = '', protocol = 'tcp'] = entry.split('/');
              const [first = 0, last = first] = range.split('-').map(Number);
              return protocol === each.protocol && first <= each.port && each.port <= last;
            });
            const asked = families.some((family) => family === each.source.family) && to;
            const verdict = !asked ? 'return' : inside.has(each.source) ? 'accept' : others;
            const judged = [
              evaluate(ruleset, each).verdict,
              shell(commands, 'PENSTOCK', each),
              nft(site, 'PENSTOCK', each),
              nft(own, 'PENSTOCK', each),
              restoreApart('iptables', ruleset, each),
              restoreApart('ipset', ruleset, each),
            ];
            // The text for both tools names the family in each rule; one for a single tool is for that tool only.
            if (families.length === 2) judged.push(restore(together, 'PENSTOCK', each));
            if (judged.some((judgement) => judgement !== verdict))
              throw new Error(
                `${each.source} ${each.port}/${each.protocol}: ${verdict} was meant: ${judged}`,
              );
            seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
          }
        },
      ),
      { numRuns: 300 },
    );
    t.ok(
      ['accept', 'drop', 'return'].every((verdict) => (seen.get(verdict) ?? 0) > 40),
      'all verdicts came up',
    );
  },
);

/** The file of the packet's family alone, with the sets that stand beside it. */
function restoreApart(name: 'iptables' | 'ipset', ruleset: Ruleset, judged: Packet): string {
  const artifacts = targets.find((each) => each.name === name)?.emit(ruleset, ALONE) ?? [];
  const file = artifacts.find(({ path }) => path.endsWith(`.v${judged.source.family}.rules`));
  const sets = artifacts.find(({ path }) => path.endsWith('.ipset'));
  if (file === undefined) return 'return';
  return restore(file.text, 'PENSTOCK', judged, ipsets(sets?.text ?? ''));
}

t.test('the same hosts give the same bytes; names change nothing but comments', async (t) => {
  const hosts = HOSTILE.map(([, name], at) => host(name, `192.0.2.${at}`, `2001:db8::${at}`));
  const benign = HOSTILE.map((_, at) => host(`host ${at}`, `192.0.2.${at}`, `2001:db8::${at}`));
  for (const target of targets) {
    const text = (list: readonly Host[], options: EmitOptions): string =>
      target
        .emit(expanded(list, { others: 'drop' }).ruleset, options)
        .map((artifact) => artifact.text)
        .join('');
    for (const options of [ALONE, TOGETHER, OWN]) {
      t.equal(text(hosts, options), text([...hosts].reverse(), options), target.name);
      const strip = (rules: string): string => rules.replace(/comment "(?:\\.|[^"\\\n])*"/g, '');
      t.equal(strip(text(hosts, options)), strip(text(benign, options)), target.name);
    }
    for (const artifact of target.emit(expanded(hosts).ruleset, ALONE)) {
      t.match(artifact.path, /^\/etc\/penstock\/PENSTOCK\./);
      t.ok(artifact.load?.includes('{}'), 'loaded by its path');
      t.equal(artifact.verify?.includes('{}') ?? false, !artifact.path.endsWith('.ipset'), 'and judged');
    }
  }
});
