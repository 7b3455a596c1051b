// cloudhosts(1): inventories of clouds in, one host stream out. Reading, choosing and writing are src/inventory's.

import { EXIT } from '../command/exit.ts';
import type { Io } from '../command/io.ts';
import { type Invocation, type Program, verb } from '../command/program.ts';
import { UsageError } from '../command/usage.ts';
import { type Diagnostic, hasErrors } from '../document/diagnostic.ts';
import { DOCUMENT_FAULTS } from '../document/faults.ts';
import { Source } from '../document/source.ts';
import { clouds } from '../inventory/clouds/index.ts';
import { INVENTORY_FAULTS } from '../inventory/faults.ts';
import { combine, type Host, type Inventory } from '../inventory/model.ts';
import { type Read, readDocument } from '../inventory/read.ts';
import { addressesOf, type Condition, chooses, readCondition } from '../inventory/select.ts';
import { csv, table, writeAddresses } from '../inventory/show.ts';
import { writeLines } from '../inventory/wire.ts';
import { LIMIT, readDocumentText } from './cloudhosts/documents.ts';
import type { Answered } from './cloudhosts/live.ts';

const OPTIONS = {
  from: {
    type: 'text',
    value: 'SOURCE',
    choices: clouds.map(({ name }) => name),
    summary: 'read the documents as those of this source, instead of recognising each by its shape',
  },
  live: {
    type: 'texts',
    short: 'l',
    value: 'SOURCE',
    choices: ['aws', ...clouds.filter(({ ask }) => ask !== undefined).map(({ name }) => name)],
    summary: 'ask this cloud itself, instead of reading standard input',
    detail: 'May be given several times; files are read besides.',
  },
  region: {
    type: 'texts',
    short: 'r',
    value: 'REGION',
    summary: 'ask this region of aws, or all of them; that of the environment unless given',
    detail: `May be given several times.
.Cm all
are those that the account has switched on.`,
  },
  endpoint: {
    type: 'text',
    value: 'URL',
    summary: 'ask this endpoint of aws instead of the ones of its regions',
  },
  timeout: {
    type: 'seconds',
    value: 'SECONDS',
    least: 0.1,
    most: 3600,
    summary: 'the time in which a region, or a command, has to answer; 60 unless given',
  },
  retries: {
    type: 'integer',
    value: 'N',
    least: 0,
    most: 20,
    summary: 'how often a call of aws that failed or was throttled is made again; 4 unless given',
  },
  select: {
    type: 'texts',
    short: 's',
    value: 'FIELD=GLOB',
    summary: 'keep only hosts of which this holds',
    detail: `The field is
.Cm name , id , state , region , source
or
.Cm tag : Ns Ar KEY ,
and the glob has
.Sq *
for any characters,
.Sq \\&?
for any one, and a backslash before what stands for itself.
.Ar FIELD Ns Cm != Ns Ar GLOB
keeps those of which it does not hold.
May be given several times: expressions for one field are alternatives, different fields must all hold, and so must every
.Cm != .
Unless one speaks of the state,
.Cm state=running
holds too.`,
  },
  format: {
    type: 'text',
    short: 'f',
    value: 'FORMAT',
    choices: ['stream', 'table', 'addresses', 'csv'],
    summary: 'what is written; stream unless given',
    detail: `.Cm stream
is the host stream,
.Cm table
is for people,
.Cm csv
has a line for each address, and
.Cm addresses
is the fewest prefixes that hold all of them, one a line, for
.Xr ipset 8
or
.Xr cidr 1 .
Only the stream says whether it is complete; with the others the exit status does.`,
  },
  addresses: {
    type: 'text',
    short: 'a',
    value: 'SCOPE',
    choices: ['public', 'private', 'all'],
    summary: 'keep only addresses of this scope, instead of all',
  },
  limit: {
    type: 'integer',
    value: 'MIB',
    least: 1,
    most: 500,
    summary: `the largest document that is read, in MiB; ${LIMIT} unless given`,
  },
  json: { type: 'flag', short: 'j', summary: 'write diagnostics as JSON Lines' },
} as const;

export const program: Program = {
  name: 'cloudhosts',
  section: 1,
  summary: 'the hosts of cloud inventories as one stream',
  verbs: [
    verb({
      name: 'cloudhosts',
      summary: 'the hosts of cloud inventories as one stream',
      operands: [
        {
          name: 'FILE',
          summary: 'a document of a cloud; standard input where there is none or it is -',
          count: 'many',
          complete: 'file',
        },
      ],
      options: OPTIONS,
      run,
    }),
  ],
  exits: {
    ok: 'Every source was read whole.',
    unavailable: 'Nothing that was asked with --live answered; its closing line was written.',
    negative:
      'All hosts that could be read were written, but a source is incomplete: its closing line says so.',
    usage: '',
    data: 'A document is not readable as one of a known source; nothing was written.',
    noInput: '',
    io: '',
  },
  environment: {
    AWS_REGION:
      'The region that --live aws asks where no --region is given. This and the other variables of Amazon, of credentials and profiles, are read by its SDK.',
  },
  faults: {
    DOC001: DOCUMENT_FAULTS.DOC001,
    DOC007: DOCUMENT_FAULTS.DOC007,
    INV001: INVENTORY_FAULTS.INV001,
    INV002: INVENTORY_FAULTS.INV002,
    INV003: INVENTORY_FAULTS.INV003,
    INV004: INVENTORY_FAULTS.INV004,
    INV008: INVENTORY_FAULTS.INV008,
    INV009: INVENTORY_FAULTS.INV009,
    INV010: INVENTORY_FAULTS.INV010,
  },
  examples: [
    {
      text: 'The running hosts of an answer of EC2.',
      command: 'cloudhosts examples/describe-instances.json',
    },
    {
      text: 'Those of a role, with their public addresses only.',
      command: 'cloudhosts -s tag:role=web -a public examples/describe-instances.json',
    },
    {
      text: 'What the EC2 tools of 2010 print, in any state.',
      command: "cloudhosts --select 'state=*' < examples/ec2-describe-instances.txt",
    },
  ],
};

async function run(invocation: Invocation<typeof OPTIONS>, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const conditions = invocation.texts('select').map(condition);
  const scope = SCOPES.find((name) => name === invocation.text('addresses')) ?? 'all';
  const limit = invocation.number('limit') ?? LIMIT;
  const from = invocation.text('from');
  const live = [...new Set(invocation.texts('live'))];
  checkLive(live, invocation);
  const paths = invocation.operands.length === 0 && live.length === 0 ? ['-'] : invocation.operands;
  const inventories: Inventory[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    const document = readDocumentText(path, limit, io);
    const read = document instanceof Source ? readDocument(document, from) : refusal(document);
    diagnostics.push(...read.diagnostics);
    if (read.inventory !== undefined) inventories.push(read.inventory);
  }
  const answers = live.length === 0 ? [] : await ask(live, invocation, io);
  for (const answer of answers) {
    diagnostics.push(...answer.diagnostics);
    inventories.push(answer.inventory);
  }
  io.report(...diagnostics);
  if (hasErrors(diagnostics)) return EXIT.data;
  const { hosts, closings } = combine(inventories);
  const chosen: Host[] = [];
  for (const host of hosts)
    if (chooses(conditions, host))
      chosen.push(scope === 'all' ? host : { ...host, addresses: addressesOf(host, scope) });
  write({ hosts: chosen, closings }, invocation.text('format') ?? 'stream', io);
  if (closings.every(({ complete }) => complete)) return EXIT.ok;
  return paths.length === 0 && !answers.some(({ any }) => any) ? EXIT.unavailable : EXIT.negative;
}

/** An option for aws that nobody would hear is a mistake of the user's. */
function checkLive(live: readonly string[], invocation: Invocation<typeof OPTIONS>): void {
  const given = [
    ['region', invocation.texts('region').length > 0],
    ['endpoint', invocation.text('endpoint') !== undefined],
    ['retries', invocation.number('retries') !== undefined],
  ] as const;
  for (const [name, there] of given)
    if (there && !live.includes('aws')) throw new UsageError(`--${name} is for --live aws only`);
}

async function ask(
  live: readonly string[],
  invocation: Invocation<typeof OPTIONS>,
  io: Io,
): Promise<readonly Answered[]> {
  const { askSource } = await import('./cloudhosts/live.ts');
  const question = {
    regions: invocation.texts('region'),
    endpoint: invocation.text('endpoint'),
    seconds: invocation.number('timeout') ?? 60,
    retries: invocation.number('retries') ?? 4,
  };
  return Promise.all(live.map((name) => askSource(name, question, io)));
}

function refusal(diagnostic: Diagnostic): Read {
  return { inventory: undefined, diagnostics: [diagnostic] };
}

function write(inventory: Inventory, format: string, io: Io): void {
  if (format === 'addresses') writeAddresses(inventory.hosts, (bytes) => io.write(bytes));
  else {
    const lines =
      format === 'table'
        ? table(inventory.hosts)
        : format === 'csv'
          ? csv(inventory.hosts)
          : writeLines(inventory);
    for (const line of lines) io.write(line);
  }
}

const SCOPES = ['public', 'private', 'all'] as const;

function condition(text: string): Condition {
  const read = readCondition(new Source('--select', text));
  if ('code' in read) throw new UsageError(read);
  return read;
}
