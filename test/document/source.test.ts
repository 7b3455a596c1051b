import fc from 'fast-check';
import t from 'tap';
import { AddressFault } from '../../src/address/fault.ts';
import { diagnoser, hasErrors, lift } from '../../src/document/diagnostic.ts';
import { Source, spanText } from '../../src/document/source.ts';
import { editDistance, suggest } from '../../src/document/suggest.ts';

t.test('positions are counted from 1, in characters, as a slow count gives them', async (t) => {
  const text = fc
    .array(fc.constantFrom('a', 'é', '😀', '\n', '\r\n', '\t'), { maxLength: 30 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.nat(60), (text, wanted) => {
      const source = new Source('x', text);
      const at = Math.min(wanted, text.length);
      const before = text.slice(0, at).split('\n');
      const slow = { line: before.length, column: Array.from(before.at(-1) ?? '').length + 1 };
      t.strictSame(source.position(at), slow);
      t.equal(source.line(slow.line), (text.split('\n')[slow.line - 1] ?? '').replace(/\r$/, ''));
    }),
  );
  const piece = new Source('long', 'second\nthird', 2);
  t.strictSame(piece.position(7), { line: 3, column: 1 });
  t.equal(piece.line(3), 'third');
  t.equal(piece.line(9), '', 'a line that is not there is empty');
});

t.test('an address fault is lifted to its place in the document', async (t) => {
  const plain = new Source('site.yaml', 'net: 10.0.0.256');
  const fault = new AddressFault('10.0.0.256', 7, 'octet 4 is over 255', 'write 10.0.0.255');
  const lifted = lift(fault, plain.span(5, 15));
  t.equal(spanText(lifted.span), '256');
  t.equal(lifted.hint, 'write 10.0.0.255');
  const quoted = new Source('site.yaml', 'net: "10.0.0.256"');
  t.equal(spanText(lift(fault, quoted.span(5, 17)).span), '256', 'inside quotes');
  const escaped = new Source('site.yaml', 'net: "10.0.0.25\\x36"');
  t.equal(
    spanText(lift(fault, escaped.span(5, 20)).span),
    '"10.0.0.25\\x36"',
    'written otherwise than it reads: all of it',
  );
  const early = new AddressFault('10.0.0', 6, 'the text ends too early');
  const short = new Source('a', '10.0.0');
  t.strictSame(
    [lift(early, short.all()).span.start, lift(early, short.all()).span.end],
    [6, 6],
    'an end that comes too early',
  );
});

t.test('the severity of a diagnostic comes from its table', async (t) => {
  const diagnose = diagnoser({
    A1: { severity: 'warning', meaning: 'x' },
    A2: { severity: 'error', meaning: 'y' },
  });
  t.equal(diagnose('A1', undefined, 'm').severity, 'warning');
  t.notOk(hasErrors([diagnose('A1', undefined, 'm')]));
  t.ok(hasErrors([diagnose('A1', undefined, 'm'), diagnose('A2', undefined, 'm')]));
});

t.test('suggestions: what people mistype, and nothing far-fetched', async (t) => {
  const words = ['reuseaddr', 'fork', 'unlink-early', 'unlink-close', 'mode', 'max-children', 'ports'];
  const rows: readonly (readonly [string, string | undefined, string])[] = [
    ['prots', 'ports', 'two letters swapped'],
    ['reusaddr', 'reuseaddr', 'one left out'],
    ['FORKK', 'fork', 'case, and one doubled'],
    ['unlink-erly', 'unlink-early', 'one left out of two alike'],
    ['max', 'max-children', 'the beginning of just one'],
    ['unlink', undefined, 'the beginning of two, near to neither'],
    ['xyzzy', undefined, 'nothing like it'],
    ['', undefined, 'nothing'],
  ];
  for (const [word, expected, why] of rows) t.equal(suggest(word, words), expected, why);
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      t.equal(editDistance(a, b), editDistance(b, a));
      t.equal(editDistance(a, a), 0);
      t.ok(editDistance(a, b) <= Math.max(a.length, b.length));
    }),
    { numRuns: 50 },
  );
});
