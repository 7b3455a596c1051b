// What is done to data on its way: line ends, escape, readbytes.

import { PassThrough, Writable } from 'node:stream';
import fc from 'fast-check';
import t from 'tap';
import { convertEnds, convertLines, cutter, type Lines } from '../../src/bridge/convert.ts';
import type { End } from '../../src/bridge/engines/engine.ts';

t.test('line ends, as socat changes them', async (t) => {
  const rows: readonly (readonly [string, Lines, Lines, string, string])[] = [
    ['a\nb\n', 'plain', 'cr', 'a\rb\r', 'to carriage returns'],
    ['a\rb\n', 'cr', 'plain', 'a\nb\n', 'from carriage returns'],
    ['a\nb\n', 'plain', 'crnl', 'a\r\nb\r\n', 'to both'],
    ['a\r\nb\r\n', 'crnl', 'plain', 'a\nb\n', 'from both'],
    ['a\rb\n\r', 'crnl', 'plain', 'ab\n', 'a carriage return that stands alone goes too'],
    ['a\r\n', 'crnl', 'cr', 'a\r', 'from both to one'],
    ['a\rb\n', 'cr', 'crnl', 'a\r\nb\n', 'from one to both'],
    ['a\r\n', 'crnl', 'crnl', 'a\r\n', 'the same on both sides: as it is'],
    ['a\r\n', 'plain', 'plain', 'a\r\n', 'as it is'],
    ['\r\n', 'plain', 'crnl', '\r\r\n', 'what has one already gets another, as with socat'],
    ['', 'plain', 'crnl', '', 'nothing'],
  ];
  for (const [text, from, to, expected, reason] of rows)
    t.equal(Buffer.from(convertLines(Buffer.from(text), from, to)).toString(), expected, reason);
  const lines = fc.constantFrom<Lines>('plain', 'cr', 'crnl');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), lines, lines, (bytes, at, from, to) =>
      Buffer.concat([
        convertLines(bytes.subarray(0, at), from, to),
        convertLines(bytes.subarray(at), from, to),
      ]).equals(convertLines(bytes, from, to)),
    ),
  );
  t.pass('it does not matter where the pieces are cut');
});

t.test('where data ends', async (t) => {
  const text = (cut: { bytes: Uint8Array; last: boolean }): string =>
    `${Buffer.from(cut.bytes).toString()}${cut.last ? '|' : ''}`;
  const five = cutter(undefined, 5);
  t.strictSame([text(five(Buffer.from('abc'))), text(five(Buffer.from('defg')))], ['abc', 'de|']);
  const exact = cutter(undefined, 3);
  t.equal(text(exact(Buffer.from('abc'))), 'abc|', 'at the end of a piece');
  const byte = cutter(0x1d, undefined);
  t.strictSame([text(byte(Buffer.from('ab'))), text(byte(Buffer.from('c\x1dd')))], ['ab', 'c|']);
  t.equal(text(cutter(0x61, 2)(Buffer.from('xxab'))), 'xx|', 'the number comes first, as with socat');
});

function end(marks: Partial<End>): End & { readonly source: PassThrough; readonly heard: string[] } {
  const source = new PassThrough();
  const heard: string[] = [];
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      heard.push(String(chunk));
      done();
    },
  });
  return {
    label: 'x',
    input: source,
    output,
    ignoreEof: false,
    shut: 'down',
    dispose: () => undefined,
    source,
    heard,
    ...marks,
  };
}

t.test('between two ends', async (t) => {
  const all = async (stream: NodeJS.ReadableStream | undefined): Promise<string> => {
    let text = '';
    for await (const piece of stream ?? []) text += String(piece);
    return text;
  };
  t.test('nothing is put in where nothing is asked for', async (t) => {
    const [left, right] = [end({}), end({})];
    const [from, to] = convertEnds(left, right);
    t.equal(from, left);
    t.equal(to, right);
    const [both] = convertEnds(end({ lines: 'crnl' }), end({ lines: 'crnl' }));
    t.ok(both.input instanceof PassThrough, 'nor where both sides have the same ends of lines');
  });
  t.test('each way has its own', async (t) => {
    const [left, right] = [end({ lines: 'crnl' }), end({})];
    const [from, to] = convertEnds(left, right);
    left.source.end('a\r\nb\r\n');
    right.source.end('c\n');
    t.equal(await all(from.input), 'a\nb\n');
    t.equal(await all(to.input), 'c\r\n');
  });
  t.test('after its last byte a source is not read any more', async (t) => {
    const left = end({ readBytes: 4 });
    const [from] = convertEnds(left, end({}));
    left.source.write('abc');
    left.source.write('def');
    t.equal(await all(from.input), 'abcd');
    left.source.write('ghi');
    await new Promise((resolve) => setTimeout(resolve, 20));
    t.equal(String(left.source.read()), 'ghi', 'what came later is where it was');
  });
  t.test('a source that breaks, or goes without a word', async (t) => {
    const broken = end({ endByte: 1 });
    const [from] = convertEnds(broken, end({}));
    const error = new Promise((resolve) => from.input?.once('error', resolve));
    from.input?.resume();
    broken.source.destroy(new Error('gone'));
    t.match(await error, { message: 'gone' });
    const silent = end({ endByte: 1 });
    const [next] = convertEnds(silent, end({}));
    silent.source.destroy();
    t.equal(await all(next.input), '');
  });
});
