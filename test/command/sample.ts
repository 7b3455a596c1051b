// A program made up for the tests of the frame: every type of option, verbs, faults.

import { EXIT } from '../../src/command/exit.ts';
import { type Program, verb } from '../../src/command/program.ts';
import { UsageError } from '../../src/command/usage.ts';
import { diagnoser } from '../../src/document/diagnostic.ts';
import { Source } from '../../src/document/source.ts';

const FAULTS = { XX001: { severity: 'error', meaning: 'A thing is wrong. Mend it.' } } as const;
const diagnose = diagnoser(FAULTS);

const pour = verb({
  name: 'pour',
  summary: 'pour water',
  operands: [{ name: 'FILE', summary: 'what to read', count: 'many', complete: 'file' }],
  options: {
    json: { type: 'flag', short: 'j', summary: 'print JSON' },
    d: { type: 'count', summary: 'say more, once or oftener' },
    ports: { type: 'text', short: 'p', value: 'PORTS', summary: 'ports to open' },
    from: { type: 'texts', value: 'SOURCE', choices: ['well', 'river'], summary: 'where it comes from' },
    depth: { type: 'integer', value: 'N', least: 1, most: 9, summary: 'how deep' },
    '4': { type: 'flag', summary: 'IPv4' },
    '6': { type: 'flag', summary: 'IPv6' },
    t: { type: 'seconds', value: 'SECONDS', least: 0, summary: 'how long' },
  },
  run(invocation, io) {
    io.json = invocation.flag('json');
    const ports = invocation.text('ports');
    if (ports === 'bad')
      throw new UsageError(diagnose('XX001', new Source('--ports', ports).span(1, 3), 'ports went bad'));
    for (const path of invocation.operands) io.write(io.read(path).text);
    io.write(
      `${JSON.stringify({
        json: invocation.flag('json'),
        d: invocation.count('d'),
        ports,
        from: invocation.texts('from'),
        depth: invocation.number('depth'),
        t: invocation.number('t'),
        families: [invocation.flag('4'), invocation.flag('6')],
        operands: invocation.operands,
      })}\n`,
    );
    return EXIT.ok;
  },
});

const drain = verb({
  name: 'drain',
  summary: 'let water go',
  operands: [
    { name: 'FROM', summary: 'the vessel', count: 'one' },
    { name: 'TO', summary: 'the sink', count: 'optional' },
  ],
  options: {},
  run(invocation, io) {
    if (invocation.operands[0] === 'bug') throw new TypeError('a bug');
    io.write(`${invocation.operands.join(' ')}\n`);
    return EXIT.negative;
  },
});

export const water: Program = {
  name: 'water',
  section: 1,
  summary: 'move water about',
  verbs: [pour, drain],
  exits: { ok: '', negative: 'The vessel was empty.', usage: '', noInput: '' },
  environment: { WATER: 'the vessel' },
  faults: FAULTS,
  examples: [{ text: 'Pour a glass.', command: 'water pour glass' }],
};

export const single: Program = { ...water, name: 'single', verbs: [{ ...drain, name: 'single' }] };
