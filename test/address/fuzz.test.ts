// Every reader over random text: an answer for each, no exception, offsets inside the text, what is accepted reads back
// from its canonical text, and what a hint tells to write is accepted.
import fc from 'fast-check';
import t from 'tap';
import {
  Address,
  AddressFault,
  Asn,
  HostPort,
  InterfaceAddress,
  PortSet,
  Prefix,
  type PrefixForm,
  Range,
  readPort,
} from '../../src/address/index.ts';
import { text } from './arbitrary.ts';

const LENIENT: readonly PrefixForm[] = ['host-bits', 'netmask', 'wildcard', 'single-address'];

type Read = (text: string) => { toString(): string } | AddressFault;

const READERS: Readonly<Record<string, Read>> = {
  address: (text) => Address.read(text),
  prefix: (text) => Prefix.read(text),
  'lenient prefix': (text) => Prefix.read(text, LENIENT),
  interface: (text) => InterfaceAddress.read(text),
  'lenient interface': (text) => InterfaceAddress.read(text, LENIENT),
  range: (text) => Range.read(text),
  'lenient range': (text) => Range.read(text, ['prefix', ...LENIENT]),
  port: (text) => readPort(text),
  ports: (text) => PortSet.read(text),
  'host and port': (text) => HostPort.read(text),
  'AS number': (text) => Asn.read(text),
  'lenient AS number': (text) => Asn.read(text, ['as-prefix']),
};

/** The texts that a hint offers: "write 10.0.0.1 (or 8.0.0.1 if octal was meant)". */
function offers(hint: string): string[] {
  const words = /^write (\S+?)(?:,? .*)?$/.exec(hint);
  const other = /\(or (\S+) /.exec(hint);
  return [words?.[1], other?.[1]].filter((word) => word !== undefined && /[0-9:]/.test(word)).map(String);
}

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10_000);

for (const [name, read] of Object.entries(READERS)) {
  t.test(name, async () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: fc.constantFrom(...'0123456789,.-:AS ') })), (text) => {
        const answer = read(text);
        if (!(answer instanceof AddressFault)) {
          const canonical = answer.toString();
          return read(canonical).toString() === canonical;
        }
        const { input, offset, why, hint } = answer;
        const placed = input === text && Number.isInteger(offset) && offset >= 0 && offset <= text.length;
        // the last resort of a reader that could not tell what is wrong counts as a failure
        const worded =
          !['', 'not an address', 'not an AS number'].includes(why) &&
          !/undefined|NaN/.test(`${why} ${hint}`.replace(/ undefined$/, ''));
        const useful =
          hint === undefined || hint.startsWith('this is') || offers(hint).every((offer) => offer !== text);
        return placed && worded && useful;
      }),
      { numRuns: RUNS },
    );
  });
}

t.test('what a hint offers is accepted', async () => {
  const strict: readonly [string, Read][] = [
    'address',
    'prefix',
    'range',
    'ports',
    'host and port',
    'AS number',
  ].map((name) => {
    const read = READERS[name];
    if (read === undefined) throw new Error(name);
    return [name, read];
  });
  for (const [name, read] of strict) {
    fc.assert(
      fc.property(text, (text) => {
        const answer = read(text);
        if (!(answer instanceof AddressFault) || answer.hint === undefined) return true;
        // a block is what a star stands for, and an address isn't
        if (answer.hint.endsWith('for the whole block') || !answer.hint.startsWith('write ')) return true;
        const refused = offers(answer.hint).filter((offer) => read(offer) instanceof AddressFault);
        return refused.length === 0 || (name === 'prefix' && refused.every((offer) => !offer.includes('/')));
      }),
      { numRuns: RUNS },
    );
  }
});
