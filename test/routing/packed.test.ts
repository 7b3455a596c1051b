import fc from 'fast-check';
import t from 'tap';
import { Source } from '../../src/document/source.ts';
import { joinPacked, mergeNumbers, type PackedForm, writePacked } from '../../src/routing/packed.ts';
import type { PackedRules } from '../../src/routing/policy.ts';
import { readPrefixFile } from '../../src/routing/prefix-file.ts';
import { TARGETS } from '../../src/routing/targets/index.ts';
import { speakerIn } from './sites.ts';

/** Every prefix of the list's length that it stands for. */
function members({ length, starts, sizes }: PackedRules): number[] {
  return [...starts].flatMap((start, index) =>
    Array.from(
      { length: 2 ** (length - (sizes[index] ?? 0)) },
      (_, each) => start + each * 2 ** (32 - length),
    ),
  );
}

const aLength = fc.integer({ min: 20, max: 24 });
const someStarts = (length: number): fc.Arbitrary<number[]> =>
  fc.array(
    fc
      .oneof(fc.nat(40), fc.integer({ min: 2 ** length - 40, max: 2 ** length - 1 }))
      .map((n) => n * 2 ** (32 - length)),
    { maxLength: 60 },
  );

t.test('halves are put together, and nothing else is let in', async () => {
  fc.assert(
    fc.property(
      aLength.chain((length) => fc.tuple(fc.constant(length), someStarts(length), someStarts(length))),
      ([length, some, others]) => {
        const sorted = (list: readonly number[]): Uint32Array => Uint32Array.from(list).sort();
        const distinct = (list: readonly number[]): string => [...new Set(list)].sort((a, b) => a - b).join();
        const merged = mergeNumbers(sorted(some), length);
        const other = mergeNumbers(sorted(others), length);
        const [joined] = joinPacked([merged, other]);
        // No two neighbours are the halves of one block.
        const least = [...merged.starts].every((start, index) => {
          const size = merged.sizes[index] ?? 0;
          const half = 2 ** (32 - size);
          return !(
            merged.sizes[index + 1] === size &&
            start + half === merged.starts[index + 1] &&
            start % (2 * half) === 0
          );
        });
        return (
          least &&
          members(merged).join() === distinct(some) &&
          (joined === undefined || members(joined).join() === distinct([...some, ...others]))
        );
      },
    ),
    { numRuns: 500 },
  );
});

t.test('lines, however many, are what a plain loop writes', async (t) => {
  const starts = Uint32Array.from({ length: 9000 }, (_, index) => (index * 477218 * 256) >>> 0).sort();
  const list: PackedRules = {
    length: 24,
    starts,
    sizes: Uint8Array.from(starts, (_, index) => (index % 3 === 0 ? 23 : 24)),
  };
  const forms: readonly PackedForm[] = [
    { head: '', block: '{24,24}', between: ',' },
    { head: 'list seq ', count: { first: 5, step: 5, tail: ' permit ' }, block: ' ge 24 le 24', between: '' },
  ];
  for (const form of forms) {
    const written: string[] = [];
    writePacked(list, form, (text) => written.push(text));
    const expected = [...starts].map((start, index) => {
      const number =
        form.count === undefined ? '' : `${form.count.first + form.count.step * index}${form.count.tail}`;
      const prefix = `${start >>> 24}.${(start >>> 16) & 255}.${(start >>> 8) & 255}.${start & 255}/${list.sizes[index]}`;
      return `${form.head}${number}${prefix}${index % 3 === 0 ? form.block : ''}${index < starts.length - 1 ? form.between : ''}`;
    });
    t.ok(written.length > 1, 'in several pieces');
    t.ok(written.join('\n') === expected.join('\n'), form.head);
  }
  writePacked(
    { length: 24, starts: new Uint32Array(), sizes: new Uint8Array() },
    { head: '', block: '', between: '' },
    () => t.fail('nothing to write'),
  );
});

t.test('a long list is written as a short one is', async (t) => {
  const text = '9.0.0.0/24\n9.0.1.0/24\n9.0.3.0/24\n9.4.0.0/16\n2a00:1450::/32\n9.8.0.0/16^17-24\n';
  const site =
    'as: 3333\nprefixes: [8.8.0.0/16]\nrouters: { r1: { router-id: 192.0.2.1 } }\nneighbors:\n' +
    '  a: { role: transit, router: r1, as: 64501, addresses: [192.0.2.9, 2001:db8::9], max-prefix: { ipv4: 9, ipv6: 9 } }\n' +
    '  c: { role: customer, router: r1, as: 64502, addresses: [192.0.2.5, 2001:db8::5], max-prefix: { ipv4: 9, ipv6: 9 } }\n';
  const few = readPrefixFile(new Source('list', text));
  const many = readPrefixFile(new Source('list', text), 0);
  t.equal(few.packed.length, 0);
  t.equal(many.packed.length, 2);
  for (const target of TARGETS) {
    const [a, b] = [few, many].map((entries) =>
      target
        .emit(speakerIn(site, 'pw', new Map([['c', entries]])), target.usual)
        .map((artifact) => artifact.text)
        .join('\n'),
    );
    // In which order they stand is of no account: the same prefixes, with the same lengths, in every list.
    const prefixes = (all = ''): string[] =>
      [
        ...all.matchAll(
          /(?:9\.[0-9.]+|2a00:1450::)\/\d+(?: ge \d+)?(?: le \d+)?(?:\{\d+,\d+\})?(?: prefixlen [0-9= -]+\d)?/g,
        ),
      ]
        .map(([each]) => each)
        .sort();
    t.ok(prefixes(a).length >= 10, target.name);
    t.strictSame(prefixes(b), prefixes(a), target.name);
  }
});
