import t from 'tap';
import { Address, AddressFault, Asn, HostPort, PortSet, Prefix, Range } from '../../src/address/index.ts';
import { ipCidrSays, netmaskSays } from './libraries.ts';
import { rows } from './tricky.ts';

const READERS: Readonly<Record<string, (text: string) => { toString(): string } | AddressFault>> = {
  address: (text) => Address.read(text),
  prefix: (text) => Prefix.read(text),
  range: (text) => Range.read(text),
  asn: (text) => Asn.read(text),
  ports: (text) => PortSet.read(text),
  hostport: (text) => HostPort.read(text),
};

t.test('each tricky text gets its answer', async (t) => {
  t.ok(rows.length >= 90, `${rows.length} rows`);
  t.equal(new Set(rows.map((row) => `${row.as} ${row.text}`)).size, rows.length, 'no row twice');
  for (const row of rows) {
    const name = `${row.as} ${JSON.stringify(row.text)}`;
    const read = READERS[row.as];
    if (read === undefined) throw new Error(`nothing reads ${row.as}`);
    const answer = read(row.text);
    const said =
      answer instanceof AddressFault
        ? { says: 'refused', at: `${answer.offset}`, why: answer.why, hint: answer.hint ?? '' }
        : { says: answer.toString(), at: '', why: '', hint: '' };
    t.same(said, { says: row.says, at: row.at, why: row.why, hint: row.hint }, name);
    t.not(row.decides, '', `${name} says what decides`);
  }
});

t.test('netmask and ip-cidr still say what the table says', async (t) => {
  for (const row of rows.filter(({ as }) => as === 'address' || as === 'prefix')) {
    t.equal(netmaskSays(row.text), row.netmask, `netmask on ${JSON.stringify(row.text)}`);
    t.equal(ipCidrSays(row.text), row.ipCidr, `ip-cidr on ${JSON.stringify(row.text)}`);
  }
});

t.test('the table has the texts for which they are referees and not parsers', async (t) => {
  const wrong = (library: 'netmask' | 'ipCidr') =>
    rows.filter((row) => row[library] !== '' && row[library] !== row.says);
  const taken = (library: 'netmask' | 'ipCidr') =>
    wrong(library).filter((row) => row.says === 'refused').length;
  t.ok(taken('netmask') >= 30, `netmask takes ${taken('netmask')} of the texts refused here`);
  t.ok(taken('ipCidr') >= 15, `ip-cidr takes ${taken('ipCidr')} of them`);
  t.ok(
    wrong('ipCidr').some((row) => row.says !== 'refused'),
    'and gives other values to texts that are right',
  );
});
