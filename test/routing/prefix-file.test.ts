import fc from 'fast-check';
import t from 'tap';
import { Address, Prefix } from '../../src/address/index.ts';
import { Source } from '../../src/document/source.ts';
import { readPrefixFile } from '../../src/routing/prefix-file.ts';

/** The rules of a text, as `prefix least-most`. */
function rules(text: string): string[] {
  const { rules: read, diagnostics } = readPrefixFile(new Source('list', text));
  return [
    ...diagnostics.map(({ message }) => `fault: ${message}`),
    ...read.map(({ prefix, least, most }) => `${prefix.toString()} ${least}-${most}`),
  ];
}

t.test('the forms of a list', async (t) => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['nothing', '', []],
    ['remarks alone', '# a\n\n% b\n', []],
    ['a prefix', '192.0.2.0/24\n', ['192.0.2.0/24 24-24']],
    ['without a line end', '192.0.2.0/24', ['192.0.2.0/24 24-24']],
    [
      'line ends of Windows',
      '192.0.2.0/24\r\n198.51.100.0/24\r\n',
      ['192.0.2.0/24 24-24', '198.51.100.0/24 24-24'],
    ],
    ['a remark behind', '192.0.2.0/24 # mine', ['192.0.2.0/24 24-24']],
    ['two halves', '192.0.2.0/25\n192.0.2.128/25', ['192.0.2.0/24 25-25']],
    [
      'two neighbours that are no halves',
      '192.0.3.0/24\n192.0.4.0/24',
      ['192.0.3.0/24 24-24', '192.0.4.0/24 24-24'],
    ],
    ['twice', '192.0.2.0/24\n192.0.2.0/24', ['192.0.2.0/24 24-24']],
    ['one inside of another: both are meant', '10.0.0.0/8\n10.0.0.0/9', ['10.0.0.0/8 8-8', '10.0.0.0/9 9-9']],
    ['all of IPv4', '0.0.0.0/0', ['0.0.0.0/0 0-0']],
    ['the last address', '255.255.255.255/32\n255.255.255.254/32', ['255.255.255.254/31 32-32']],
    ['IPv6', '2001:db8::/33\n2001:db8:8000::/33', ['2001:db8::/32 33-33']],
    ['more specifics', '192.0.2.0/24^+', ['192.0.2.0/24 24-32']],
    ['more specifics alone', '192.0.2.0/24^-', ['192.0.2.0/24 25-32']],
    ['a length', '192.0.2.0/24^26', ['192.0.2.0/24 26-26']],
    ['lengths', '192.0.2.0/24^25-26', ['192.0.2.0/24 25-26']],
    ['halves of equal lengths', '192.0.2.0/24^25-26\n192.0.3.0/24^25-26', ['192.0.2.0/23 25-26']],
    [
      'lengths that it has not',
      '192.0.2.0/24^20',
      ['fault: 192.0.2.0/24 has no prefixes of length 20 to 20'],
    ],
    ['no operator', '192.0.2.0/24^x', ['fault: ^x is no range of lengths']],
    [
      'objects of a registry',
      'route:   192.0.2.0/24\ndescr: x\n  10.0.0.1 goes on\norigin: AS64500\n\nroute6: 2001:db8::/32\norigin: AS64500\n',
      ['192.0.2.0/24 24-24', '2001:db8::/32 32-32'],
    ],
    [
      'bgpq4 -j',
      '{ "NN": [ { "prefix": "192.0.2.0/24", "exact": true },\n { "prefix": "2001:db8::/32", "exact": false, "greater-equal": 40, "less-equal": 48 } ] }',
      ['192.0.2.0/24 24-24', '2001:db8::/32 40-48'],
    ],
    ['bgpq4 -j of nothing', '{ "NN": [ ] }', []],
    ['other JSON', '{ "NN": 1 }', ['fault: not what bgpq4 -j prints: lists of prefixes by name']],
    ['an entry without a prefix', '{ "NN": [ {} ] }', ['fault: an entry without a prefix']],
    ['host bits', '192.0.2.1/24', ['fault: "192.0.2.1/24": host bits are set behind the first 24 bits']],
    ['a leading zero', '192.0.02.0/24', ['fault: "192.0.02.0/24": octet 3 has a leading zero']],
    ['not an address', '192.0.2.256/32', ['fault: "192.0.2.256/32": octet 4 is 256, over 255']],
    ['too long', '192.0.2.0/33', ['fault: "192.0.2.0/33": the length is over 32']],
  ];
  for (const [why, text, expected] of rows) {
    const found = rules(text);
    if (expected.some((each) => each.startsWith('fault: "')))
      t.match(found, [/^fault: "/], `${why}: ${found.join()}`);
    else t.strictSame(found, [...expected], why);
  }
  t.match(rules('{ "NN": [ '), [/^fault: not JSON/], 'cut off');
  t.equal(rules('x\n'.repeat(1000)).length, 20, 'a file of another kind is not told of line by line');
});

const aPrefix = fc
  .tuple(fc.constantFrom<4 | 6>(4, 4, 4, 6), fc.nat(63), fc.integer({ min: 0, max: 8 }))
  .map(([family, bits, back]) => {
    const length = 24 - back;
    const address =
      family === 4
        ? Address.fromWords(4, 0, 0, 0, ((bits << 26) >>> 0) >>> 0)
        : Address.fromWords(6, (bits << 26) >>> 0, 0, 0, 0);
    return Prefix.of(address, length);
  });

t.test('the rules permit just the prefixes of the list, and no rule could be spared', async () => {
  fc.assert(
    fc.property(
      fc.array(aPrefix, { maxLength: 40 }),
      fc.array(aPrefix, { maxLength: 20 }),
      (list, others) => {
        const { rules: made, diagnostics } = readPrefixFile(
          new Source('list', list.map((prefix) => prefix.toString()).join('\n')),
        );
        const permits = (route: Prefix): boolean =>
          made.some(
            ({ prefix, least, most }) =>
              prefix.contains(route) && least <= route.length && route.length <= most,
          );
        const listed = new Set(list.map((prefix) => prefix.toString()));
        if (diagnostics.length > 0 || !list.every(permits)) return false;
        if (!others.every((route) => permits(route) === listed.has(route.toString()))) return false;
        // What a rule permits is counted: as many as there are in the list, so nothing is permitted twice or besides.
        const count = made.reduce((sum, { prefix, least }) => sum + 2 ** (least - prefix.length), 0);
        return count === listed.size;
      },
    ),
    { numRuns: 1500 },
  );
});
