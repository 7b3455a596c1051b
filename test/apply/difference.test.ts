// What is loaded and what is wanted -> steps. A slow model of ipset carries out the texts, so that for any two states the
// steps lead from one to the other, and never through a state that lacks what both have.

import fc from 'fast-check';
import t from 'tap';
import { differenceOfNft } from '../../src/apply/difference-nft.ts';
import { differenceOfSets, FEW } from '../../src/apply/difference-sets.ts';
import { differenceOfXtables } from '../../src/apply/difference-xtables.ts';
import { type IpSets, readSets } from '../../src/apply/ipsets.ts';
import type { Scope } from '../../src/apply/live.ts';
import { readNft } from '../../src/apply/nft.ts';
import { readChains } from '../../src/apply/xtables.ts';
import type { IpsetSet, NftContents, XtablesContents } from '../../src/emit/kernel.ts';

const SCOPE: Scope = {
  chain: 'P',
  others: [],
  backend: undefined,
  families: [4],
  sets: true,
  table: undefined,
};

function wanted(elements: readonly string[], create = 'hash:ip family inet maxelem 1000000'): IpsetSet {
  return {
    name: 'P-hosts-v4',
    spare: 'P-hosts-v4+',
    family: 4,
    kind: 'addresses',
    create,
    count: elements.length,
    elements: () => elements.map((text) => ({ text, comment: '' })),
  };
}

function loaded(elements: readonly string[], options = 'family inet hashsize 1024 maxelem 1000000'): IpSets {
  const adds = elements.map((element) => `add P-hosts-v4 ${element}\n`);
  return readSets(`create P-hosts-v4 hash:ip ${options}\n${adds.join('')}`);
}

/** ipset in slow motion: every state of the set on the way is shown to `see`. */
function carryOut(
  live: IpSets,
  input: string,
  see: (state: ReadonlySet<string>) => void,
): ReadonlySet<string> {
  const sets = new Map([...live].map(([name, set]) => [name, new Set(set.elements.keys())]));
  for (const line of input.split('\n')) {
    const [verb, name = '', element = ''] = line.split(' ');
    if (verb === 'create' && !sets.has(name)) sets.set(name, new Set());
    else if (verb === 'add') sets.get(name)?.add(element);
    else if (verb === 'del') sets.get(name)?.delete(element);
    else if (verb === 'flush') sets.get(name)?.clear();
    else if (verb === 'destroy') sets.delete(name);
    else if (verb === 'swap') {
      const one = sets.get(name);
      const other = sets.get(element);
      if (one === undefined || other === undefined) throw new Error(`no such set: ${line}`);
      sets.set(name, other);
      sets.set(element, one);
    }
    see(sets.get('P-hosts-v4') ?? new Set());
  }
  if (sets.size > 1) throw new Error('a spare set is left');
  return sets.get('P-hosts-v4') ?? new Set();
}

t.test('from any set to any other, without losing what both have', async (t) => {
  const addresses = fc.uniqueArray(fc.integer({ min: 0, max: 60 }).map((n) => `10.0.0.${n}`));
  fc.assert(
    fc.property(addresses, addresses, fc.boolean(), (before, after, keep) => {
      const live = loaded(before);
      const goal = keep ? [...new Set([...before, ...after])] : after;
      const { step, changes } = differenceOfSets(live, { kind: 'ipset', sets: [wanted(after)] }, keep);
      const both = before.filter((element) => goal.includes(element));
      const end = carryOut(live, step?.input ?? '', (state) => {
        for (const element of both)
          if (!state.has(element)) throw new Error(`${element} was lost on the way`);
      });
      t.strictSame([...end].sort(), [...goal].sort());
      t.equal(step === undefined, both.length === before.length && both.length === goal.length);
      if (keep)
        t.strictSame(
          changes.flatMap(({ removed }) => removed),
          [],
        );
    }),
  );
});

t.test('small changes element by element, large ones by a spare set', async (t) => {
  const many = (from: number, count: number): readonly string[] =>
    Array.from(
      { length: count },
      (_, at) => `10.${(from + at) >> 16}.${((from + at) >> 8) & 255}.${(from + at) & 255}`,
    );
  const rows: readonly (readonly [string, readonly string[], readonly string[], boolean])[] = [
    ['one more', many(0, 10_000), many(0, 10_001), false],
    ['a tenth', many(0, 20_000), many(2000, 20_000), false],
    ['a half', many(0, 20_000), many(10_000, 20_000), true],
    ['all of a few', many(0, FEW / 2), many(5000, FEW / 2), false],
  ];
  for (const [what, before, after, swapped] of rows) {
    const live = loaded(before);
    const { step } = differenceOfSets(live, { kind: 'ipset', sets: [wanted(after)] }, false);
    const input = step?.input ?? '';
    t.equal(/^swap P-hosts-v4\+ P-hosts-v4$/m.test(input), swapped, what);
    t.equal(carryOut(live, input, () => undefined).size, after.length);
  }
  const narrow = differenceOfSets(
    loaded(['10.0.0.1'], 'family inet hashsize 64 maxelem 65536'),
    { kind: 'ipset', sets: [wanted(['10.0.0.1'])] },
    false,
  );
  t.match(narrow.step?.input, /^swap/m, 'a set with less room than is wanted is replaced');
  const foreign = differenceOfSets(
    readSets('create P-hosts-v4 hash:mac hashsize 64\n'),
    { kind: 'ipset', sets: [wanted([])] },
    false,
  );
  t.match(foreign.obstacles, [{ what: /hash:mac/ }]);
  t.equal(foreign.step, undefined);
});

const RULES = { name: 'P', rules: ['-p tcp -m tcp --dport 22 -j ACCEPT'] };
const XTABLES: XtablesContents = {
  kind: 'xtables',
  family: 4,
  chains: [RULES],
  jumps: [{ from: 'INPUT', to: 'P' }],
};

t.test('a table of iptables', async (t) => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'nothing there',
      ':INPUT ACCEPT [0:0]',
      ['*filter', ':P - [0:0]', '-A P -p tcp -m tcp --dport 22 -j ACCEPT', '-I INPUT 1 -j P', 'COMMIT'],
    ],
    ['all there', `:INPUT ACCEPT [0:0]\n:P - [0:0]\n-A INPUT -j P\n-A P ${RULES.rules[0]}`, []],
    [
      'the jump behind another rule',
      `:INPUT ACCEPT [0:0]\n:P - [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -j P\n-A P ${RULES.rules[0]}`,
      ['*filter', '-D INPUT -j P', '-I INPUT 1 -j P', 'COMMIT'],
    ],
    [
      'the jump twice: the later one goes by its number',
      `:INPUT ACCEPT [0:0]\n:P - [0:0]\n-A INPUT -j P\n-A INPUT -i lo -j ACCEPT\n-A INPUT -j P\n-A P ${RULES.rules[0]}`,
      ['*filter', '-D INPUT 3', 'COMMIT'],
    ],
    [
      'other rules, a chain that is no longer wanted, a jump from a hook that is none of ours now',
      ':INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:P - [0:0]\n:P-output - [0:0]\n-A INPUT -j P\n-A OUTPUT -j P-output\n-A P -j DROP\n-A P-output -j DROP',
      [
        '*filter',
        ':P - [0:0]',
        ':P-output - [0:0]',
        '-A P -p tcp -m tcp --dport 22 -j ACCEPT',
        '-D OUTPUT -j P-output',
        '-X P-output',
        'COMMIT',
      ],
    ],
    [
      'chains and jumps of others are left alone',
      `:INPUT ACCEPT [0:0]\n:PQ - [0:0]\n:P - [0:0]\n-A INPUT -j P\n-A INPUT -j PQ\n-A PQ -j DROP\n-A P ${RULES.rules[0]}`,
      [],
    ],
  ];
  for (const [what, text, lines] of rows) {
    const step = differenceOfXtables(readChains(text), 4, XTABLES, undefined, SCOPE);
    t.strictSame((step?.input ?? '').split('\n').slice(0, -1), lines, what);
    t.equal(step === undefined, lines.length === 0);
  }
  const spelt = new Map([['P', ['-p 6 --dport 22 -j ACCEPT']]]);
  const same = readChains(':INPUT ACCEPT [0:0]\n:P - [0:0]\n-A INPUT -j P\n-A P -p 6 --dport 22 -j ACCEPT');
  t.equal(
    differenceOfXtables(same, 4, XTABLES, spelt, SCOPE),
    undefined,
    'as the kernel is known to spell it',
  );
  t.strictSame(
    differenceOfXtables(same, 4, undefined, undefined, SCOPE)?.input.split('\n').slice(0, -1),
    ['*filter', ':P - [0:0]', '-D INPUT -j P', '-X P', 'COMMIT'],
    'nothing wanted: all of ours goes',
  );
});

const NFT: NftContents = {
  kind: 'nft',
  table: { family: 'inet', name: 'filter' },
  owned: false,
  chains: [{ name: 'P', rules: ['tcp dport 22 accept'] }],
  sets: [
    {
      name: 'P-hosts-v4',
      family: 4,
      kind: 'addresses',
      declaration: 'type ipv4_addr;',
      count: 1,
      elements: () => [{ text: '10.0.0.1', comment: 'a' }],
    },
  ],
  jumps: [{ from: 'input', to: 'P' }],
};

function nftTable(elements: readonly string[], rules: readonly unknown[]): ReturnType<typeof readNft> {
  const rule = (chain: string, handle: number, expr: unknown): unknown => ({
    rule: { chain, handle, expr: [expr] },
  });
  return readNft([
    JSON.stringify({
      nftables: [
        { table: { family: 'inet', name: 'filter' } },
        { set: { name: 'P-hosts-v4', type: 'ipv4_addr', elem: elements } },
        { chain: { name: 'input', hook: 'input', type: 'filter', prio: 0, policy: 'drop' } },
        { chain: { name: 'P' } },
        ...rules.map((each, at) => rule('input', at + 1, each)),
        rule('P', 99, { accept: null }),
      ],
    }),
  ]);
}

t.test('a table of nftables', async (t) => {
  const spelt = new Map([['P', ['[[{"accept":null}],""]']]]);
  const jump = { jump: { target: 'P' } };
  const ask = (
    live: ReturnType<typeof readNft>,
    known: typeof spelt | undefined = spelt,
    keep = false,
  ): readonly string[] =>
    (differenceOfNft(live, { contents: NFT, text: 'TEXT\n' }, known, SCOPE, keep).step?.input ?? '')
      .split('\n')
      .slice(0, -1);
  t.strictSame(ask(nftTable(['10.0.0.1'], [jump])), [], 'all there');
  t.strictSame(
    ask(nftTable(['10.0.0.2'], [jump])),
    [
      'delete element inet filter P-hosts-v4 {',
      '\t10.0.0.2,',
      '}',
      'add element inet filter P-hosts-v4 {',
      '\t10.0.0.1 comment "a",',
      '}',
    ],
    'elements only',
  );
  t.strictSame(
    ask(nftTable(['10.0.0.1', '10.0.0.2'], [jump]), spelt, true),
    [],
    'an incomplete source removes nothing',
  );
  t.strictSame(
    ask(nftTable(['10.0.0.1'], [jump]), new Map()),
    ['TEXT'],
    'rules that are not known to be the same',
  );
  t.strictSame(
    ask(nftTable(['10.0.0.1'], [{ drop: null }, jump])),
    ['delete rule inet filter input handle 2', 'insert rule inet filter input jump P'],
    'the jump behind another rule',
  );
  const none = differenceOfNft(undefined, { contents: NFT, text: 'TEXT\n' }, spelt, SCOPE, false);
  t.match(none.obstacles, [{ what: /no base chain input/ }]);
});
