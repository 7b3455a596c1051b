// Who may: values of allow and deny, files of them with their faults, and lists that are read anew.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { AddressFault } from '../../src/address/fault.ts';
import { OpenError, type Parties, type Reload } from '../../src/bridge/endpoint.ts';
import { admission } from '../../src/bridge/endpoints/admission.ts';
import { readSourceFile } from '../../src/bridge/source-files.ts';
import { readSource, type SourceText } from '../../src/bridge/sources.ts';
import { world } from './played.ts';

function sources(...texts: readonly string[]): SourceText[] {
  return texts.map((text) => {
    const source = readSource(text);
    if (source instanceof AddressFault) throw new Error(`${text}: ${source.why}`);
    return source;
  });
}

function from(address: string): Parties {
  return { peer: { kind: 'inet', address, port: 1 }, own: { kind: 'inet', address: '::1', port: 2 } };
}

t.test('values', async (t) => {
  for (const [text, kind] of [
    ['10.0.0.0/8', 'item'],
    ['10.1.2.3', 'item'],
    ['10.0.0.1-10.0.0.9', 'item'],
    ['2001:db8::/32', 'item'],
    ['::1', 'item'],
    ['/etc/clients', 'file'],
    ['./clients', 'file'],
    ['../clients', 'file'],
  ] as const)
    t.equal(sources(text)[0]?.kind, kind, text);
  for (const [text, why] of [
    ['10.0.0.1/8', /host bits/],
    ['10.0.0.0/33', /./],
    ['clients', /./],
    ['fe80::1%eth0', /zone/],
    ['/etc/a\0b', /NUL/],
  ] as const) {
    const fault = readSource(text);
    t.ok(fault instanceof AddressFault && why.test(fault.why), text);
  }
});

t.test('a file, with the place of each line that is none', async (t) => {
  const read = (text: string) => readSourceFile(Buffer.from(text));
  t.strictSame(read('').faults, []);
  const good = read('# ours\n10.0.0.0/8 # all\n\n  192.0.2.1\n2001:db8::1-2001:db8::9\r\n');
  t.strictSame(good.faults, []);
  t.equal(
    good.set.toString(),
    '10.0.0.0/8,192.0.2.1/32,2001:db8::1/128,2001:db8::2/127,2001:db8::4/126,2001:db8::8/127',
  );
  const bad = read('10.0.0.0/8\n10.0.0.1/24\n  1.2.3\n');
  t.match(bad.faults[0], /^2:\d+: "10\.0\.0\.1\/24": .*10\.0\.0\.0\/24/);
  t.match(bad.faults[1], /^3:\d+: "1\.2\.3": /);
});

t.test('who is let in', async (t) => {
  const { base } = world();
  const rows: readonly (readonly [string, string[], string[], string[], string[]])[] = [
    ['no list, everybody', [], [], ['10.0.0.1', '::1'], []],
    [
      'allow',
      ['10.0.0.0/8', '2001:db8::/32'],
      [],
      ['10.1.1.1', '::ffff:10.0.0.1', '2001:db8::5'],
      ['11.0.0.1', '::1'],
    ],
    ['deny', [], ['10.0.0.0/8'], ['11.0.0.1', '::1'], ['10.0.0.1', '::ffff:10.0.0.1']],
    ['deny wins', ['10.0.0.0/8'], ['10.0.0.5'], ['10.0.0.4'], ['10.0.0.5', '192.0.2.1']],
    ['a link-local client, whatever link', ['fe80::/10'], [], ['fe80::1%eth0'], ['fec0::1']],
  ];
  for (const [reason, allow, deny, welcome, refused] of rows) {
    const refuse = admission('x', sources(...allow), sources(...deny), base);
    for (const address of welcome) t.equal(refuse(from(address)), undefined, `${reason}: ${address}`);
    for (const address of refused) t.match(refuse(from(address)), /option$/, `${reason}: ${address}`);
  }
  const unix: Parties = { peer: { kind: 'unix', path: '' }, own: { kind: 'unix', path: '/x' } };
  t.equal(
    admission('x', sources('::/0', '0.0.0.0/0'), [], base)(unix),
    'allow option',
    'no address, not on the list',
  );
  t.equal(admission('x', [], sources('::/0'), base)(unix), undefined, 'and not on that one either');
});

t.test('files are read at the start and anew on SIGHUP; a bad one changes nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sources-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'clients');
  const { base, lines } = world();
  const reloads: Reload[] = [];
  const live = {
    ...base,
    onReload: (task: Reload) => {
      reloads.push(task);
      return () => undefined;
    },
  };
  t.throws(() => admission('TCP-L:1', sources(path), [], live), {
    name: 'OpenError',
    message: `TCP-L:1: option allow: ${path}: No such file or directory`,
  });
  writeFileSync(path, '10.0.0.0/8\nnonsense\n192.0.2.0/33\n');
  t.throws(() => admission('TCP-L:1', [], sources(path), live), {
    name: 'OpenError',
    message: /^TCP-L:1: option deny: .*clients:2:1: "nonsense": .* \(and 1 more\)$/,
  });
  t.ok(
    lines.some((line) => line.includes(`${path}:3:`)),
    'the others are in the log',
  );
  t.equal(reloads.length, 0);
  writeFileSync(path, '10.0.0.0/8\n');
  const refuse = admission('x', sources(path, '::1'), [], live);
  const [reload] = reloads;
  const judged = (): string =>
    ['10.0.0.1', '11.0.0.1', '::1']
      .map((address) => (refuse(from(address)) === undefined ? '+' : '-'))
      .join('');
  t.equal(judged(), '+-+');
  writeFileSync(path, '11.0.0.0/8\n');
  t.equal(judged(), '+-+', 'not before it is told');
  await reload?.();
  t.equal(judged(), '-++');
  writeFileSync(path, '10.0.0.0/8\n10.0.0.0/8/8\n');
  await t.rejects(Promise.resolve(reload?.()), OpenError);
  t.equal(judged(), '-++', 'what was there stays in use');
});
