// The verbs of cidr(1) that look for addresses in any text, line by line.

import {
  AddressFault,
  AddressFinder,
  type AddressSet,
  type PrefixMap,
  PrefixMapBuilder,
  Range,
} from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import { displayName, type Io } from '../../command/io.ts';
import { type Options, type Verb, verb } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { lift } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';
import { HostError } from '../../host/host.ts';
import { eachLine } from './lines.ts';
import { diagnose, type Lenient, type ListReader, progressOf, readListItem } from './list.ts';
import { LIST, lenientForms, listsOf, READING, readerOf } from './reading.ts';

/** The list or table is in lines in any case, as the patterns of grep -z are. */
const READING_TEXT = {
  ...READING,
  '0': { type: 'flag', summary: 'lines of the text end by NUL, in the input and in what is printed' },
} as const satisfies Options;

const TEXTS = {
  name: 'FILE',
  summary: 'a text; - or none is standard input',
  count: 'many',
  complete: 'file',
} as const;

export const grep: Verb = verb({
  name: 'grep',
  summary: 'print the lines of any text that hold an address that is in the list',
  operands: [{ name: 'LIST', summary: LIST, count: 'one', complete: 'file' }, TEXTS],
  options: {
    ...READING_TEXT,
    v: { type: 'flag', summary: 'print the lines that hold none' },
    c: { type: 'flag', summary: 'print only how many lines there are, of each file' },
    o: { type: 'flag', summary: 'print only the addresses, each on a line of its own' },
    q: { type: 'flag', summary: 'print nothing, and end at the first such line' },
  },
  run: (invocation, io) => {
    const how: GrepOptions = {
      invert: invocation.flag('v'),
      counting: invocation.flag('c'),
      only: invocation.flag('o'),
      quiet: invocation.flag('q'),
      json: invocation.flag('json'),
      end: invocation.flag('0') ? 0 : 10,
    };
    if (how.invert && how.only && !how.counting && !how.quiet)
      throw new UsageError('-o prints the addresses of a line that is in the list, and -v the lines without');
    const reader = readerOf(lineLists(invocation), io);
    const [list = '-', ...rest] = invocation.operands;
    const files = listsOf(rest, list);
    const set = reader.union([list]);
    if (reader.stopped) return EXIT.data;
    let found = false;
    let unread = false;
    for (const file of files) {
      try {
        // As grep(1): with several files each line is preceded by the name of its own.
        if (grepFile(file, files.length > 1 ? `${displayName(file)}:` : '', set, how, io)) found = true;
      } catch (error) {
        // As grep(1): a file that can't be read is told of, and the others are searched.
        if (!(error instanceof HostError) || error.direction !== 'read') throw error;
        io.complain(error.message);
        unread = true;
      }
      if (found && how.quiet) break;
    }
    if (reader.faults > 0) return EXIT.data;
    if (unread && !(found && how.quiet)) return EXIT.noInput;
    return found ? EXIT.ok : EXIT.negative;
  },
});

interface GrepOptions {
  readonly invert: boolean;
  readonly counting: boolean;
  readonly only: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly end: 0 | 10;
}

/** Whether a line of the file was selected. */
function grepFile(file: string, label: string, set: AddressSet, how: GrepOptions, io: Io): boolean {
  const finder = new AddressFinder();
  const end = how.end === 0 ? '\0' : '\n';
  const name = displayName(file);
  const each = how.only && !how.counting && !how.quiet;
  let count = 0;
  let line = 0;
  const printed = (bytes: Uint8Array, from: number, to: number): void => {
    if (label !== '') io.write(label);
    io.write(bytes.subarray(from, to));
    io.write(end);
  };
  eachLine(textChunks(file, io), how.end, (bytes, from, to) => {
    line++;
    let selected = false;
    for (let at = textStart(bytes, from, line); finder.nextIn(set, bytes, at, to); at = finder.to) {
      selected = true;
      if (!each) break;
      const column = finder.from - from + 1;
      if (how.json)
        io.write(`${JSON.stringify({ file: name, line, column, address: String(finder.address) })}\n`);
      else printed(bytes, finder.from, finder.to);
    }
    if (selected === how.invert) return true;
    count++;
    if (how.quiet) return false;
    if (how.counting || each) return true;
    if (how.json) io.write(`${JSON.stringify({ file: name, line, text: decode(bytes, from, to) })}\n`);
    else printed(bytes, from, to);
    return true;
  });
  if (how.counting && !how.quiet)
    io.write(how.json ? `${JSON.stringify({ file: name, count })}\n` : `${label}${count}\n`);
  return count > 0;
}

export const lookup: Verb = verb({
  name: 'lookup',
  summary: 'add to each line of a text what a table says of the first address in it, by longest match',
  operands: [
    {
      name: 'TABLE',
      summary: 'a file with an item a line, and after blanks what is to be said of it',
      count: 'one',
      complete: 'file',
    },
    TEXTS,
  ],
  options: READING_TEXT,
  run: (invocation, io) => {
    const reader = readerOf(lineLists(invocation), io);
    const [table = '-', ...rest] = invocation.operands;
    const files = listsOf(rest, table);
    const map = readTable(table, reader, lenientForms(invocation), io);
    if (reader.stopped) return EXIT.data;
    const finder = new AddressFinder();
    const json = invocation.flag('json');
    const [mark, end] = invocation.flag('0') ? ([0, '\0'] as const) : ([10, '\n'] as const);
    for (const file of files) {
      let line = 0;
      eachLine(textChunks(file, io), mark, (bytes, from, to) => {
        line++;
        // The carriage return of a DOS line end would stand in the middle of the line.
        const stop = to > from && bytes[to - 1] === 13 ? to - 1 : to;
        const address = finder.next(bytes, textStart(bytes, from, line), stop) ? finder.address : undefined;
        const entry = address === undefined ? undefined : map.lookup(address);
        if (json) {
          const known = entry === undefined ? {} : { prefix: String(entry.prefix), value: entry.value };
          const found = address === undefined ? {} : { address: String(address) };
          io.write(`${JSON.stringify({ text: decode(bytes, from, stop), ...found, ...known })}\n`);
        } else {
          io.write(bytes.subarray(from, stop));
          io.write(`\t${entry === undefined ? '-\t-' : `${entry.prefix}\t${entry.value}`}${end}`);
        }
        return true;
      });
    }
    return reader.faults > 0 ? EXIT.data : EXIT.ok;
  },
});

/**
 * A table: an item a line, blanks, and the rest of the line up to a comment, which may be empty. A range is the prefixes that
 * it falls into. The last of equals counts.
 */
function readTable(path: string, reader: ListReader, lenient: readonly Lenient[], io: Io): PrefixMap<string> {
  const builder = new PrefixMapBuilder<string>();
  let number = 0;
  eachLine(io.host.chunks(path), 10, (bytes, from, to) => {
    number++;
    const line = decode(bytes, from, to).replace(/(?:^|[ \t])#.*$|\r$/s, '');
    const [, word = '', value = ''] = /^[ \t]*([^ \t]+)[ \t]*(.*?)[ \t\r]*$/s.exec(line) ?? [];
    if (word === '') return true;
    const item = readListItem(word, lenient);
    if (item instanceof AddressFault) {
      const start = line.indexOf(word);
      const place = new Source(displayName(path), line, number).span(start, start + word.length);
      const { span, message, hint } = lift(item, place);
      reader.refuse(diagnose('CIDR001', span, message, { hint }));
      return !reader.stopped;
    }
    for (const prefix of item instanceof Range ? item.toPrefixes() : [item]) builder.set(prefix, value);
    return true;
  });
  return builder.freeze();
}

/** What the command line says of lists where -0 is about the text. */
function lineLists(invocation: {
  flag(name: 'json' | 'strict'): boolean;
  texts(name: 'lenient'): readonly string[];
}): Parameters<typeof readerOf>[0] {
  return {
    flag: (name) => name !== '0' && invocation.flag(name),
    texts: (name) => invocation.texts(name),
  };
}

/** A text in chunks, with its progress where that does not go between the lines that are printed. */
function* textChunks(path: string, io: Io): Generator<Uint8Array> {
  const progress = io.host.isTerminal(1) ? undefined : progressOf(io, path);
  try {
    for (const chunk of io.host.chunks(path)) {
      yield chunk;
      progress?.advance(chunk.length);
    }
  } finally {
    progress?.end();
  }
}

/** Where the text of a line begins: the mark that some editors put before the first is no letter that touches an address. */
function textStart(bytes: Uint8Array, from: number, line: number): number {
  return line === 1 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf
    ? from + 3
    : from;
}

function decode(bytes: Uint8Array, from: number, to: number): string {
  return new TextDecoder().decode(bytes.subarray(from, to));
}
