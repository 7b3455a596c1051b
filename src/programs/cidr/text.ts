// The verbs of cidr(1) that look for addresses in any text, line by line.

import {
  AddressFault,
  AddressFinder,
  type AddressSet,
  Prefix,
  type PrefixMap,
  PrefixMapBuilder,
} from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import { displayName, type Io } from '../../command/io.ts';
import { type Verb, verb } from '../../command/program.ts';
import { lift } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';
import { eachLine } from './lines.ts';
import { diagnose, type ListReader } from './list.ts';
import { LIST, lenientForms, listsOf, READING, readerOf } from './reading.ts';

export const grep: Verb = verb({
  name: 'grep',
  summary: 'print the lines of any text that hold an address that is in the list',
  operands: [
    { name: 'LIST', summary: LIST, count: 'one', complete: 'file' },
    { name: 'FILE', summary: 'a text; - or none is standard input', count: 'many', complete: 'file' },
  ],
  options: {
    ...READING,
    v: { type: 'flag', summary: 'print the lines that hold none' },
    c: { type: 'flag', summary: 'print only how many lines there are of each file' },
    o: { type: 'flag', summary: 'print only the addresses, each on a line of its own' },
    q: { type: 'flag', summary: 'print nothing, and end at the first line' },
  },
  run: (invocation, io) => {
    const reader = readerOf(invocation, io);
    const [list = '-', ...files] = invocation.operands;
    const set = reader.union([list]);
    if (reader.stopped) return EXIT.data;
    const found = grepFiles(set, listsOf(files), invocation, io);
    if (reader.faults > 0) return EXIT.data;
    return found ? EXIT.ok : EXIT.negative;
  },
});

interface GrepFlags {
  flag(name: 'v' | 'c' | 'o' | 'q' | 'json' | '0'): boolean;
}

function grepFiles(set: AddressSet, files: readonly string[], flags: GrepFlags, io: Io): boolean {
  const finder = new AddressFinder();
  const [invert, only, quiet, json, counting] = [
    flags.flag('v'),
    flags.flag('o'),
    flags.flag('q'),
    flags.flag('json'),
    flags.flag('c'),
  ];
  const end = flags.flag('0') ? 0 : 10;
  let any = false;
  for (const file of files) {
    // As grep(1): with several files each line is preceded by the name of its own.
    const name = files.length > 1 ? `${displayName(file)}:` : '';
    let count = 0;
    let number = 0;
    eachLine(io.host.chunks(file), end, (bytes, from, to) => {
      number++;
      let selected = false;
      for (let at = from; finder.next(bytes, at, to); at = finder.to) {
        const { address } = finder;
        if (!set.has(address)) continue;
        selected = true;
        if (!only || invert || counting || quiet) break;
        if (json)
          io.write(
            `${JSON.stringify({ file: displayName(file), line: number, column: finder.from - from + 1, address: String(address) })}\n`,
          );
        else {
          io.write(name);
          io.write(bytes.subarray(finder.from, finder.to));
          io.write(end === 0 ? '\0' : '\n');
        }
      }
      if (selected === invert) return true;
      count++;
      any = true;
      if (quiet) return false;
      if (counting || (only && !invert)) return true;
      if (json)
        io.write(
          `${JSON.stringify({ file: displayName(file), line: number, text: new TextDecoder().decode(bytes.subarray(from, to)) })}\n`,
        );
      else {
        if (name !== '') io.write(name);
        io.write(bytes.subarray(from, to));
        io.write(end === 0 ? '\0' : '\n');
      }
      return true;
    });
    if (counting && !quiet)
      io.write(json ? `${JSON.stringify({ file: displayName(file), count })}\n` : `${name}${count}\n`);
    if (quiet && any) break;
  }
  return any;
}

export const lookup: Verb = verb({
  name: 'lookup',
  summary: 'add to each line of a text what a table says of the first address in it, by longest match',
  operands: [
    {
      name: 'TABLE',
      summary: 'a file with a prefix a line, and after blanks what is to be said of it',
      count: 'one',
      complete: 'file',
    },
    { name: 'FILE', summary: 'a text; - or none is standard input', count: 'many', complete: 'file' },
  ],
  options: READING,
  run: (invocation, io) => {
    const reader = readerOf(invocation, io);
    const [table = '-', ...files] = invocation.operands;
    const map = readTable(table, reader, lenientForms(invocation), io);
    if (reader.stopped) return EXIT.data;
    const finder = new AddressFinder();
    const json = invocation.flag('json');
    const end = invocation.flag('0') ? 0 : 10;
    for (const file of listsOf(files)) {
      eachLine(io.host.chunks(file), end, (bytes, from, to) => {
        const address = finder.next(bytes, from, to) ? finder.address : undefined;
        const entry = address === undefined ? undefined : map.lookup(address);
        if (json) {
          const text = new TextDecoder().decode(bytes.subarray(from, to));
          const known = entry === undefined ? {} : { prefix: String(entry.prefix), value: entry.value };
          io.write(
            `${JSON.stringify({ text, ...(address === undefined ? {} : { address: String(address) }), ...known })}\n`,
          );
        } else {
          io.write(bytes.subarray(from, to));
          io.write(
            `\t${entry === undefined ? '-\t-' : `${entry.prefix}\t${entry.value}`}${end === 0 ? '\0' : '\n'}`,
          );
        }
        return true;
      });
    }
    return reader.faults > 0 ? EXIT.data : EXIT.ok;
  },
});

/** A table: a prefix or an address a line, blanks, and the rest of the line, which may be empty. The last of equals counts. */
function readTable(
  path: string,
  reader: ListReader,
  lenient: readonly ('host-bits' | 'netmask' | 'wildcard')[],
  io: Io,
): PrefixMap<string> {
  const builder = new PrefixMapBuilder<string>();
  const decoder = new TextDecoder();
  let number = 0;
  eachLine(io.host.chunks(path), 10, (bytes, from, to) => {
    number++;
    const line = decoder.decode(bytes.subarray(from, to)).replace(/\r$/, '');
    const match = /^[ \t]*([^ \t#]+)[ \t]*(.*)$/.exec(line);
    if (match === null) return true;
    const [, word = '', value = ''] = match;
    const prefix = Prefix.read(word, ['single-address', ...lenient]);
    if (!(prefix instanceof AddressFault)) {
      builder.set(prefix, value.trimEnd());
      return true;
    }
    const start = line.indexOf(word);
    const { span, message, hint } = lift(
      prefix,
      new Source(displayName(path), line, number).span(start, start + word.length),
    );
    reader.refuse(diagnose('CIDR001', span, message, { hint }));
    return !reader.stopped;
  });
  return builder.freeze();
}
